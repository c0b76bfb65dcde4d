"""What the function `batch` does with the messages that the queue hands it.

A message is done when all that it tells of has its results in the bucket; one that is not is named
in the answer and comes again, alone. Whatever comes twice finds its results there and leaves them.

Where a process is ended by what it reads, all its messages come again, and again together: each for
itself then, after what is new and in the other order each time, so that nothing stands behind what
ends it twice. Once, shortly before it is parked, a message goes before what is new: else one for
which there is never time left would be parked without a try.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.batch.messages import PartMessage, parse_message
from chalicelib.batch.queue import Queue
from chalicelib.batch.reader import BatchReader
from chalicelib.recognition.recognizer import Recognizer

LAST_BUT_ONE = 4  # of the deliveries of a message; after the fifth it is parked
LEAST_LEFT_MS = 30_000  # that a message is begun with: a part of large images takes as long

logger = logging.getLogger(__name__)
Failures = dict[str, list[dict[str, str]]]
Record = Mapping[str, Any]


def answer_messages(
    event: Mapping[str, Any], recognizer: Recognizer, left_ms: Callable[[], int]
) -> Failures:
    """Work through a batch of messages; return those that must come again, as Lambda wants it.

    left_ms: how long this invocation may still take.
    """
    records = event["Records"]
    reader = BatchReader(recognizer, Queue(records[0]["eventSourceARN"]).send)
    failed = []
    for turn in _turns(records):
        for record in turn:
            name = record["messageId"]
            if left_ms() < LEAST_LEFT_MS:
                logger.info("Message %s comes again: there is no time left for it", name)
                failed.append(name)
            elif not _take(reader, name, record["body"]):
                failed.append(name)
        failed += reader.finish()
    return {"batchItemFailures": [{"itemIdentifier": name} for name in dict.fromkeys(failed)]}


def _turns(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield what is new, together; before and after it the others, each for itself."""
    again = [record for record in records if _times(record) > 1]
    backwards = max(map(_times, again), default=0) % 2 == 1
    again.sort(key=lambda record: str(record["messageId"]), reverse=backwards)
    yield from ([record] for record in again if _times(record) == LAST_BUT_ONE)
    yield [record for record in records if _times(record) == 1]
    yield from ([record] for record in again if _times(record) != LAST_BUT_ONE)


def _times(record: Record) -> int:
    """Return how often a message has been delivered, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])


def _take(reader: BatchReader, message: str, body: str) -> bool:
    """Whether what a message tells of could be begun, and done but for what is read together."""
    try:
        for told in parse_message(body):
            if isinstance(told, PartMessage):
                reader.read_part(told)
            else:
                reader.read_source(told, message)
    except Exception:  # whatever it is, the other messages are none the worse for it
        logger.exception("Message %s comes again", message)
        return False
    return True
