"""Lambda's event source mapping of a queue: polls it, hands batches to workers, deletes the done.

What fails stays in the queue until its visibility timeout is over, whole batches where the worker
ended, single messages where its answer names them (ReportBatchItemFailures); the queue's own
redrive policy parks what has failed too often. A share of deletions can be lost on purpose, since
SQS promises to deliver at least once.
"""

import json
import random
import time
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

from bench.emulator.runtime_api import REGION, Invoked, Outcome
from bench.emulator.worker import Function, Worker

BATCH_SIZE = 10
PAUSE_S = 0.1  # after the queue had nothing
ALIVE = (Outcome.RESPONSE, Outcome.ERROR)


class EventSource:
    """Polls a queue with as many workers as it is allowed at once."""

    def __init__(
        self,
        function: Function,
        sqs: Any,  # noqa: ANN401 - boto3 has no types
        url: str,
        arn: str,
        *,
        lost: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Take what is run, a client of SQS and the queue; lost: the share of lost deletions."""
        self._function = function
        self._sqs, self._url, self._arn = sqs, url, arn
        self._lost = lost
        self._chance = random.Random(seed)
        self._lock = Lock()
        self._ended = Event()
        self._workers: list[Worker] = []
        self._threads: list[Thread] = []
        self.again = 0  # deliveries of messages that had been delivered before

    def start(self, concurrency: int) -> None:
        """Begin to poll."""
        self._threads = [Thread(target=self._poll, daemon=True) for _ in range(concurrency)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the batches that are under way end, and no other begin."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def kill_one(self) -> bool:
        """End a worker as if its machine had failed; return whether there was one."""
        with self._lock:
            alive = [each for each in self._workers if each.process.poll() is None]
            if alive:
                self._chance.choice(alive).process.kill()
            return bool(alive)

    def _poll(self) -> None:
        """Hand over batches; whenever a worker has ended, another one is started at once."""
        worker = self._begin()
        while not self._ended.is_set():
            found = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH_SIZE,
                AttributeNames=["ApproximateReceiveCount"],
            )
            if worker.process.poll() is not None:  # while it waited: Lambda, too, sees it before
                self._end(worker)
                worker = self._begin()
            messages = found.get("Messages")
            if not messages:
                time.sleep(PAUSE_S)
            else:
                invoked = worker.invoke(json.dumps(self._event(messages)).encode())
                self._settle(messages, invoked)
                if invoked.outcome not in ALIVE:
                    self._end(worker)
                    worker = self._begin()
        self._end(worker)

    def _begin(self) -> Worker:
        worker = Worker(self._function)
        with self._lock:
            self._workers.append(worker)
        return worker

    def _end(self, worker: Worker) -> None:
        with self._lock:
            self._workers.remove(worker)
        worker.close()

    def _event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        again = sum(int(m["Attributes"]["ApproximateReceiveCount"]) > 1 for m in messages)
        with self._lock:
            self.again += again
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": {},
                    "eventSource": "aws:sqs",
                    "eventSourceARN": self._arn,
                    "awsRegion": REGION,
                }
                for message in messages
            ]
        }

    def _settle(self, messages: list[dict[str, Any]], invoked: Invoked) -> None:
        """Delete what was done; an answer that names an unknown message is no answer, as in AWS."""
        if invoked.outcome is not Outcome.RESPONSE:
            return
        answer = json.loads(invoked.body)
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        if not failed <= {message["MessageId"] for message in messages}:
            return
        for message in messages:
            with self._lock:
                lost = self._chance.random() < self._lost
            if message["MessageId"] not in failed and not lost:
                # Another delivery may have been done, or parked, meanwhile.
                with suppress(self._sqs.exceptions.ReceiptHandleIsInvalid):
                    self._sqs.delete_message(
                        QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                    )
