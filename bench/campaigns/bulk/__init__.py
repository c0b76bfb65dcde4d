"""Drawings in bulk go through S3, SQS and the real package, while a worker is killed every second.

JSON lines, zip files of images and single images, 1 % of the drawings broken in one of 21 ways, are
put into a bucket of a local server that announces them in a queue; an event source mapping hands
the messages to workers, loses one acknowledgement in twenty, and nonsense lies among them. What was
parked is sent again, as an operator would do. Then each drawing must have one result, each broken
one its reason, and each of some hundred sound ones the answer that it gets alone.

The size is in drawings. The visibility timeout is shorter than in AWS, so that what a killed worker
had comes again within seconds; messages are therefore also worked on twice at once.
"""

import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from bench.campaigns.bulk.broken import MESSAGES
from bench.campaigns.bulk.inputs import Inputs, make_inputs
from bench.campaigns.bulk.tally import count_results
from bench.emulator.event_source import EventSource
from bench.emulator.worker import Function
from bench.inbox import Inbox, atomic_queues, client, make_inbox, waiting
from bench.outcome import Fact
from bench.s3 import s3_server
from bench.workers import functions
from chalicelib.batch.inbox import INPUTS
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from export.batch.job import collect
from export.batch.stage import Place, send_parked_again
from export.command import MODELS_FOLDER
from export.progress import show_progress
from tools.package.build import ROOT

SIZE = 100_000
HANDLER = "app.batch"
JOB = "campaign"
CONCURRENCY = 5
VISIBILITY_S = 6
LOST_ACKNOWLEDGEMENTS = 0.05
KILL_EVERY_S = 1.0
POLL_S = 0.5
DRAWINGS_A_NONSENSE = 10_000


def run(
    size: int, seed: int, build: Path = ROOT / "build", visibility_s: int = VISIBILITY_S
) -> Sequence[Fact]:
    """Send `size` drawings through; build: where the package lies."""
    inputs = make_inputs(size, np.random.default_rng(seed))
    nonsense = max(size // DRAWINGS_A_NONSENSE, 1)
    with (
        functions(build) as found,
        atomic_queues(),
        s3_server() as variables,
        _environment(variables),
    ):
        endpoint = variables["AWS_ENDPOINT_URL_S3"]
        s3, sqs = client("s3", endpoint), client("sqs", endpoint)
        inbox = make_inbox(s3, sqs, visibility_s)
        for i in range(nonsense):
            sqs.send_message(QueueUrl=inbox.queue, MessageBody=MESSAGES[i % len(MESSAGES)] or " ")
        function = _batch_function(found.inkling, os.environ)
        source = EventSource(
            function, sqs, inbox.queue, inbox.arn, lost=LOST_ACKNOWLEDGEMENTS, seed=seed
        )
        started_s = time.monotonic()
        source.start(CONCURRENCY)
        try:
            with _killing(source) as killed:
                _put(s3, inbox, inputs)
                rounds = _wait_for_all(sqs, inbox, nonsense)
        finally:
            source.stop()
        took_s = time.monotonic() - started_s
        results = io.BytesIO()
        collect(Place(inbox.bucket, inbox.queue, inbox.parked), JOB, results, _quiet)
        parked = waiting(sqs, inbox.parked)
    alone = Recognizer(ModelRegistry.load(MODELS_FOLDER))
    tally = count_results(results.getvalue().splitlines(), inputs, f"{INPUTS}{JOB}/", alone)
    return (
        Fact("drawings put in", len(inputs.codes)),
        Fact("of them broken", inputs.broken),
        Fact("drawings without a result", tally.missing, most=0),
        Fact("results of a drawing that has one", tally.doubled, most=0),
        Fact("results of nothing that was put in", tally.unknown, most=0),
        Fact("drawings with a wrong reason, or wrongly without one", tally.misjudged, most=0),
        Fact("answers that differ from those to the drawing alone", tally.otherwise, most=0),
        Fact("answers compared so", tally.compared, least=1),
        Fact("workers killed", killed[0], least=int(took_s / KILL_EVERY_S) // 2),
        Fact("deliveries of a message that came before", source.again, least=1),
        Fact("times that what was parked was sent again", rounds),
        Fact("nonsense messages parked at the end", parked, most=nonsense, least=nonsense),
        Fact("drawings a second, from the first object to the last result", size / took_s),
    )


def _batch_function(function: Function, environ: Any) -> Function:  # noqa: ANN401 - boto3 has no types
    """Return the function `batch` of the package, with the local server for all of AWS."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL")
    variables = {**function.variables, **{name: environ[name] for name in names}}
    return replace(function, handler=HANDLER, variables=variables, timeout_s=120)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Let this process, too, take the local server for AWS."""
    ours = {**variables, "AWS_ENDPOINT_URL": variables["AWS_ENDPOINT_URL_S3"]}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _killing(source: EventSource) -> Iterator[list[int]]:
    """Kill a worker every second meanwhile; yields a list that holds how many were."""
    ended, killed = Event(), [0]

    def kill() -> None:
        while not ended.wait(KILL_EVERY_S):
            killed[0] += source.kill_one()

    thread = Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join()


def _put(s3: Any, inbox: Inbox, inputs: Inputs) -> None:  # noqa: ANN401 - boto3 has no types
    for done, (name, data) in enumerate(inputs.objects.items(), 1):
        s3.put_object(Bucket=inbox.bucket, Key=f"{INPUTS}{JOB}/{name}", Body=data)
        show_progress("Objects put", done, len(inputs.objects))


def _wait_for_all(sqs: Any, inbox: Inbox, nonsense: int) -> int:  # noqa: ANN401 - boto3 has no types
    """Wait until nothing but nonsense is left; return how often parked messages were sent again."""
    rounds = most = 0
    while True:
        left, parked = waiting(sqs, inbox.queue), waiting(sqs, inbox.parked)
        most = max(most, left)
        show_progress("Messages", most - left, most)
        if not left:
            if parked <= nonsense:
                return rounds
            rounds += 1
            send_parked_again(Place(inbox.bucket, inbox.queue, inbox.parked))
        time.sleep(POLL_S)


def _quiet(_done: int, _total: int) -> None:
    """Show nothing: results are fetched within seconds."""
