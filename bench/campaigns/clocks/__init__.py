"""Processes use one store of feedback and heads by turns while the clock is right, 400 days ahead
or behind, or anywhere between: each sweeps, takes, repeats, withdraws and judges feedback, and some
roll back and run a round. Nothing may be lost or go for its age, what was withdrawn must stay away,
a repeated request must get its receipt, and no round may promote twice, or what was rolled back.
In the end, by a clock that has run on for a week, feedback of 401 days must go, and nothing else.

The clock is faketime's. The kernel's, which gives files their times, cannot be moved, so the times
of what a life wrote are moved after it. Every life sweeps before it writes.
"""

import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.campaigns.clocks.life import Life, submission_of
from bench.outcome import Fact
from bench.round_tally import RoundTally, check
from bench.senders import Senders
from bench.thinned import thinned
from chalicelib.errors import InklingError
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.retention import RETENTION_DAYS
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.store_clock import PROBATION
from chalicelib.stores.directory import DirectoryStore
from export.progress import show_progress
from tools.package.build import ROOT

SIZE = 300  # lives
LEAPS_DAYS = (0.0, 0.0, 400.0, -400.0)
FARTHEST = 20
STEP_DAYS = 25.0  # no leap looks like a clock that has run on for one or two weeks
FIRST_ACCEPTED = 40

# Lives one life: store, receipts by key, seed, models, how far the clock is off; gives its lines.
Live = Callable[[Path, Mapping[str, str], str, Path, timedelta], list[str]]

logger = logging.getLogger(__name__)


class NoFaketime(InklingError):
    """The clock of a process cannot be moved here."""

    def __init__(self) -> None:
        super().__init__("there is no faketime; install it (Debian: faketime)")


@dataclass
class Toll:
    """What the lives said. receipts: of what is there, by key. withdrawn: ids."""

    tally: RoundTally
    receipts: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    repeated: int = 0
    other_receipts: int = 0
    missing: int = 0
    expired: int = 0

    def hear(self, line: str) -> None:
        """Take down one line of a life."""
        word, *rest = line.split()
        if word == "sent":
            key, receipt, digest = rest
            self.receipts[key] = receipt
            self.tally.sent[receipt.split("-")[1]] = digest
        elif word == "withdrawn":
            feedback_id = self.receipts.pop(rest[0]).split("-")[1]
            del self.tally.sent[feedback_id]
            self.withdrawn.add(feedback_id)
        elif word == "swept":
            self.expired += sum(map(int, rest))
        elif word == "rolled":
            self.tally.rollbacks += 1
        elif word == "round":
            self.tally.hear(*rest)
        else:
            self.repeated += word == "repeated"
            self.other_receipts += word == "other"
            self.missing += word == "missing"


def run(size: int, seed: int) -> Sequence[Fact]:
    """Let so many processes live by clocks that faketime moves. Raises NoFaketime."""
    if not shutil.which("faketime"):
        raise NoFaketime
    return torment(size, seed, live_in_a_process)


def torment(size: int, seed: int, live: Live) -> Sequence[Fact]:
    """Let so many lives follow each other, and count what is left."""
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root, models = Path(folder) / "store", Path(folder) / "models"
        toll = Toll(RoundTally())
        senders = Senders(DirectoryStore(root), thinned(models), generator.randrange(2**32))
        toll.tally.sent |= senders.send(FIRST_ACCEPTED)
        leaps = 0
        for number in range(size):
            show_progress("lives", number, size)
            ahead = _draw_leap(generator)
            leaps += bool(ahead)
            _live_once(live, root, models, toll, f"{seed}/{number}", ahead)
        damaged = _count_damage(root, toll)
        tombstones = FeedbackShelf(DirectoryStore(root)).withdrawn()
        old_went, young_went = _expire_by_a_right_clock(root)
    return (
        Fact("lives", size),
        Fact("of them by a clock that was wrong", leaps),
        Fact("pieces at the end", len(toll.tally.sent)),
        Fact("withdrawals acknowledged", len(toll.withdrawn)),
        Fact("repetitions that got their receipt", toll.repeated),
        Fact("rounds that ended", len(toll.tally.ended)),
        Fact("promotions", toll.tally.promotions),
        Fact("rollbacks", toll.tally.rollbacks),
        Fact("repetitions that got another receipt", toll.other_receipts, most=0),
        Fact("withdrawals that found nothing", toll.missing, most=0),
        Fact("keys that a sweep took for too old, or broken off", toll.expired, most=0),
        Fact("tombstones that went too early", len(toll.withdrawn - tombstones), most=0),
        Fact("stores with anything lost, back, or promoted wrongly", damaged, most=0),
        Fact("pieces of 401 days that went at last", old_went, least=1),
        Fact("pieces that went with it and are younger by their record", young_went, most=0),
    )


def live_in_a_process(
    root: Path, receipts: Mapping[str, str], seed: str, models: Path, ahead: timedelta
) -> list[str]:
    """Live in a process whose clock is that far ahead."""
    command = [sys.executable, "-m", "bench.campaigns.clocks.life", str(root), seed, str(models)]
    offset = f"{ahead.total_seconds():+.0f}s"
    done = subprocess.run(
        ["faketime", "--exclude-monotonic", "-f", offset, *command],
        cwd=ROOT,
        env=os.environ | {"NO_FAKE_STAT": "1"},
        input=json.dumps(dict(receipts)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"A life ended by itself: {done.stderr}")
    return done.stdout.splitlines()


def live_here(
    root: Path, receipts: Mapping[str, str], seed: str, models: Path, ahead: timedelta
) -> list[str]:
    """Live in this process, by a clock that is handed in."""
    said: list[str] = []
    life = Life(root, receipts, lambda: datetime.now(UTC) + ahead, said.append)
    life.run(random.Random(seed), models)
    return said


def _draw_leap(generator: random.Random) -> timedelta:
    far = STEP_DAYS * generator.randint(-FARTHEST, FARTHEST)
    return timedelta(days=generator.choice([*LEAPS_DAYS, far]))


def _live_once(
    live: Live, root: Path, models: Path, toll: Toll, seed: str, ahead: timedelta
) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    for line in live(root, toll.receipts, seed, models, ahead):
        toll.hear(line)
    for path in root.rglob("*"):
        if path.is_file() and before.get(path) != path.stat().st_mtime_ns:
            then = path.stat().st_mtime + ahead.total_seconds()
            os.utime(path, (then, then))


def _count_damage(root: Path, toll: Toll) -> int:
    """Return 1 where feedback, heads or their history are not as they must be, else 0."""
    try:
        check(root, toll.tally)
    except InklingError as error:
        logger.warning("%s", error)
        return 1
    return 0


def _expire_by_a_right_clock(root: Path) -> tuple[bool, int]:
    """Let the clock run on for long enough to be trusted, and sweep.

    Returns whether feedback of 401 days went, and how much did that is younger by its record.
    """
    store, now = DirectoryStore(root), datetime.now(UTC)
    FeedbackBook(store, lambda: now).sweep()
    then = now + PROBATION
    book = FeedbackBook(store, lambda: then - timedelta(days=RETENTION_DAYS + 1))
    old = book.submit(submission_of("old")).id
    before = _days(store)
    FeedbackBook(store, lambda: then).sweep()
    gone = before.keys() - _days(store).keys()
    oldest = (then - timedelta(days=RETENTION_DAYS)).date()
    return old in gone, sum(before[one] >= oldest for one in gone)


def _days(store: DirectoryStore) -> dict[str, date]:
    """Return the day of each piece, by its id."""
    shelf = FeedbackShelf(store)
    return {place.id: place.day for status in FeedbackStatus for place in shelf.places(status)}
