"""Feedback written to a directory by processes that are killed."""

import random
import select
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import CLOCK_KEY
from chalicelib.stores.directory import LOCK
from chalicelib.stores.open import open_store
from tests.learning.submissions import make_submission, records, stored
from tests.stores.child import REPOSITORY

KILLS = 20
MAX_LIFE_S = 0.05  # after the first acknowledgement; a submission takes a few milliseconds
START_TIMEOUT_S = 30


def write_until_killed(store: Path, first: int, life_s: float) -> dict[int, str]:
    """Kill a writer some time after its first acknowledgement; return the receipts by number."""
    command = [sys.executable, "-m", "tests.learning.feedback_writer", str(store), str(first)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        started, _, _ = select.select([writer.stdout], [], [], START_TIMEOUT_S)
        select.select([], [], [], life_s)
        writer.send_signal(signal.SIGKILL)
        lines = writer.stdout.read().splitlines(keepends=True)
    assert started
    assert writer.returncode == -signal.SIGKILL
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    return {int(number): receipt for number, receipt in acknowledged}


def test_whatever_was_acknowledged_outlives_any_kill(tmp_path: Path) -> None:
    """And nothing is torn, repetitions complete what broke off, a sweep leaves no remains."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    receipts: dict[int, str] = {}
    root = tmp_path / "store"
    for _ in range(KILLS):
        first = max(receipts, default=-1) + 2  # the one that was killed is left as it was
        receipts |= write_until_killed(root, first, generator.uniform(0, MAX_LIFE_S))
    store = open_store(str(root))
    ids = {record["id"]: record for record in records(stored(store))}
    for number, receipt in receipts.items():
        record = ids[receipt.split("-")[1]]
        assert record["strokes"] == [[[1.0, 2.5], [3.0, float(number)]]]
    assert len(ids) <= len(receipts) + KILLS, "each kill interrupts one submission at most"

    book = FeedbackBook(store)
    for number in range(1, max(receipts) + 2, 2):
        repeated = book.submit(make_submission(number, key=f"stream-{number}", size_bytes=20_000))
        assert receipts.setdefault(number, repeated.receipt) == repeated.receipt
    later = FeedbackBook(store, now=lambda: datetime.now(UTC) + timedelta(hours=2))
    later.sweep()
    contents = stored(store)
    whole = records(contents)
    claims = {record["claim"] for record in whole if record["claim"]}
    assert len(contents) == 2 * len(whole) + len(claims), "pictures, records, claims, no remains"
    on_disk = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert on_disk == set(contents) | {LOCK, CLOCK_KEY}

    for receipt in receipts.values():
        book.withdraw(receipt)
    assert len(stored(store)) <= 2 * KILLS, "only what was never acknowledged is left"
