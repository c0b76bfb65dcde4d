"""The emulated event source mapping treats messages as Lambda's does.

All that is sent is worked on side by side: each message that fails is waited for five times.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.emulator.event_source import EventSource
from bench.emulator.worker import Function, make_runtime
from bench.inbox import MAX_RECEIVES, atomic_queues, client, make_inbox, waiting

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


class Case(NamedTuple):
    """What is sent, and the share of acknowledgements that are lost."""

    bodies: tuple[str, ...]
    lost: float = 0.0


class Worked(NamedTuple):
    """What the function was handed, how often messages came again, and how many were parked."""

    seen: list[str]
    again: int
    parked: int


FAILS = Case(("fine", "fail", "good"))
ENDS = Case(("die", "fine"))
LOST = Case(("fine",), lost=1.0)


@pytest.fixture(scope="module")
def worked(s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Worked]:
    """Send each case to a queue of its own, and work until all are empty."""

    def work_on(case: Case) -> Worked:
        return work(case, s3_server, tmp_path_factory.mktemp("case"))

    cases = (FAILS, ENDS, LOST)
    with atomic_queues(), ThreadPoolExecutor(len(cases)) as pool:
        return dict(zip(cases, pool.map(work_on, cases), strict=True))


def work(case: Case, address: str, folder: Path) -> Worked:
    (folder / "handlers.py").write_text(HANDLER)
    seen = folder / "seen"
    runtime, variables = make_runtime(folder / "runtime"), {"SEEN": str(seen)}
    function = Function(folder, runtime, "handlers.handle", variables, timeout_s=30)
    with closing(client("s3", address)) as s3, closing(client("sqs", address)) as sqs:
        made = make_inbox(s3, sqs, 1)
        sqs.purge_queue(QueueUrl=made.queue)
        for body in case.bodies:
            sqs.send_message(QueueUrl=made.queue, MessageBody=body)
        source = EventSource(function, sqs, made.queue, made.arn, lost=case.lost)
        source.start(1)
        deadline = time.monotonic() + PATIENCE_S
        while waiting(sqs, made.queue) and time.monotonic() < deadline:
            time.sleep(0.05)
        source.stop()
        return Worked(sorted(seen.read_text().split()), source.again, waiting(sqs, made.parked))


def test_what_fails_comes_again_alone_and_is_parked(worked: dict[Case, Worked]) -> None:
    found = worked[FAILS]
    assert found.seen == [*["fail"] * MAX_RECEIVES, "fine", "good"]
    assert found.parked == 1


def test_where_the_worker_ends_the_whole_batch_comes_again(worked: dict[Case, Worked]) -> None:
    found = worked[ENDS]
    assert found.seen.count("die") == MAX_RECEIVES
    assert found.parked in (1, 2), "what was delivered with it may have been parked"


def test_acknowledgements_can_be_lost(worked: dict[Case, Worked]) -> None:
    found = worked[LOST]
    assert found.seen == ["fine"] * MAX_RECEIVES
    assert found.parked == 1


@pytest.mark.parametrize("case", [FAILS, ENDS, LOST])
def test_what_comes_again_is_counted(case: Case, worked: dict[Case, Worked]) -> None:
    assert (worked[case].again > 0) == (len(worked[case].seen) > len(case.bodies))
