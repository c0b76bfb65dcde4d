"""The emulated event source mapping treats messages as Lambda's does."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.emulator.event_source import EventSource
from bench.emulator.worker import Function, make_runtime
from bench.inbox import MAX_RECEIVES, Inbox, atomic_queues, client, make_inbox, waiting

PATIENCE_S = 60
HANDLER = """
import os

def handle(event, context):
    bodies = {r["messageId"]: r["body"] for r in event["Records"]}
    with open(os.environ["SEEN"], "a") as seen:
        seen.writelines(body + "\\n" for body in bodies.values())
    if "die" in bodies.values():
        os._exit(1)
    failed = [name for name, body in bodies.items() if body == "fail"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
"""


@pytest.fixture
def sqs(s3_server: str) -> Iterator[Any]:
    found = client("sqs", s3_server)
    with atomic_queues():
        yield found
    found.close()


@pytest.fixture
def made(sqs: Any, s3_server: str) -> Iterator[Inbox]:
    s3 = client("s3", s3_server)
    inbox = make_inbox(s3, sqs, 1)
    sqs.purge_queue(QueueUrl=inbox.queue)
    yield inbox
    s3.close()


@pytest.fixture
def work(tmp_path: Path, sqs: Any, made: Inbox) -> Callable[[list[str], float], list[str]]:
    """Return what sends messages and works until the queue is empty, and returns what was seen."""
    (tmp_path / "handlers.py").write_text(HANDLER)
    seen = tmp_path / "seen"
    function = Function(
        tmp_path,
        make_runtime(tmp_path / "runtime"),
        "handlers.handle",
        {"SEEN": str(seen)},
        timeout_s=30,
    )

    def work_(bodies: list[str], lost: float) -> list[str]:
        for body in bodies:
            sqs.send_message(QueueUrl=made.queue, MessageBody=body)
        source = EventSource(function, sqs, made.queue, made.arn, lost=lost)
        source.start(1)
        deadline = time.monotonic() + PATIENCE_S
        while waiting(sqs, made.queue) and time.monotonic() < deadline:
            time.sleep(0.05)
        source.stop()
        assert (source.again > 0) == (len(seen.read_text().split()) > len(bodies))
        return sorted(seen.read_text().split())

    return work_


def test_what_fails_comes_again_alone_and_is_parked(
    sqs: Any, made: Inbox, work: Callable[[list[str], float], list[str]]
) -> None:
    assert work(["fine", "fail", "good"], 0) == [*["fail"] * MAX_RECEIVES, "fine", "good"]
    assert waiting(sqs, made.parked) == 1


def test_where_the_worker_ends_the_whole_batch_comes_again(
    sqs: Any, made: Inbox, work: Callable[[list[str], float], list[str]]
) -> None:
    assert work(["die", "fine"], 0).count("die") == MAX_RECEIVES
    assert waiting(sqs, made.parked) in (1, 2), "what was delivered with it may have been parked"


def test_acknowledgements_can_be_lost(
    sqs: Any, made: Inbox, work: Callable[[list[str], float], list[str]]
) -> None:
    assert work(["fine"], 1.0) == ["fine"] * MAX_RECEIVES
    assert waiting(sqs, made.parked) == 1
