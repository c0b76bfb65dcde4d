"""What the function `batch` does with the messages that the queue hands it.

A message is done when all that it tells of has its results in the bucket; one that is not is named
in the answer and comes again, alone. Whatever comes twice finds its results there and leaves them.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.batch.messages import PartMessage, parse_message
from chalicelib.batch.queue import Queue
from chalicelib.batch.reader import BatchReader
from chalicelib.recognition.recognizer import Recognizer

LEAST_LEFT_MS = 30_000  # that a message is begun with: a part of large images takes as long

logger = logging.getLogger(__name__)
Failures = dict[str, list[dict[str, str]]]


def answer_messages(
    event: Mapping[str, Any], recognizer: Recognizer, left_ms: Callable[[], int]
) -> Failures:
    """Work through a batch of messages; return those that must come again, as Lambda wants it.

    left_ms: how long this invocation may still take.
    """
    records = event["Records"]
    reader = BatchReader(recognizer, Queue(records[0]["eventSourceARN"]).send)
    waiting = {record["messageId"]: record for record in records}
    failed = []
    for name, record in waiting.items():
        if left_ms() < LEAST_LEFT_MS or not _take(reader, name, record["body"]):
            failed.append(name)
    failed += reader.finish()
    return {"batchItemFailures": [{"itemIdentifier": name} for name in dict.fromkeys(failed)]}


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
