"""Kill rounds of adaptation and count what is left of heads, pointer and feedback.

    python -m bench.round_kills [--kills 1000] [--a-store 100] [--seed N] [--store DIR]

One process, or two at once, run a round over a directory until they are killed at a moment of
chance, or just after it has promoted; the next ones, two minutes later by their clock, go on from
there until the round has ended. Then its promotion is rolled back and new feedback comes: a 7 in a
hand that the model misreads, accepted by a reviewer, and drawings in quarantine of which the rules
accept some. All the while the pointer and the heads that it names must be readable. After so many
kills the store must hold each promotion, each rollback and each piece of feedback once, and
another is begun.

The model is the published perceptron with a quarter of its gold and replay sets, so that a round
takes an instant.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkProcess
from pathlib import Path

from bench.killed import STARTED, are_over, kill_some
from bench.round_tally import RoundTally, check, is_half_done, summary
from bench.senders import Senders
from bench.thinned import MODEL, thinned
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.reports import Report
from chalicelib.learning.round import Round
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.directory import DirectoryStore
from export.command import positive, run_command

PAUSE = timedelta(minutes=2)  # between two lives, on their clock: what is older than one is settled
LONGER = 1.2  # the longest life, in times that a whole round takes
FIRST_ACCEPTED = 40
POLL_S = 0.001
AIMED_SHARE = 0.3
AIMED_LONGER = 3  # what is aimed at must live to see it
PROMOTED_S = 0.002  # between promotion and report, about

Show = Callable[[int], None]


@dataclass(frozen=True)
class Death:
    """When processes are killed: so long after their start or, if sooner, after a promotion."""

    latest_s: float
    after_promotion_s: float | None = None

    @classmethod
    def draw(cls, generator: random.Random, longest_s: float) -> "Death":
        """Draw a moment: some are aimed at what lies between promotion and report."""
        if generator.random() < AIMED_SHARE:
            return cls(AIMED_LONGER * longest_s, generator.uniform(0, PROMOTED_S))
        return cls(generator.uniform(0, longest_s))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.round_kills", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=positive, default=1000, help="default: %(default)s")
    parser.add_argument(
        "--a-store", type=positive, default=100, help="kills in each store (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--store", type=Path, help="a new folder (default: a temporary one)")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {os.cpu_count()} cores", flush=True)
    generator, started_s = random.Random(arguments.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        registry = thinned(Path(folder) / "models")
        registry.model(MODEL)  # opened before the forks, which share it
        tallies: list[RoundTally] = []
        while (before := sum(tally.kills for tally in tallies)) < arguments.kills:
            root = (arguments.store or Path(folder) / "store") / str(len(tallies))
            kills = min(arguments.a_store, arguments.kills - before)
            tallies.append(torment(root, registry, kills, generator, partial(show, before)))
    print(f"{summary(tallies)} ({time.monotonic() - started_s:.0f} s)")


def show(before: int, kills: int) -> None:
    """Say how far it is, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r{before + kills} kills", end="", file=sys.stderr, flush=True)


def torment(
    root: Path, registry: ModelRegistry, kills: int, generator: random.Random, progress: Show
) -> RoundTally:
    """Kill that many rounds on a new store; return what was counted. Raises DamagedData."""
    store, tally = DirectoryStore(root), RoundTally()
    senders = Senders(store, registry, generator.randrange(2**32))
    tally.sent |= senders.send(FIRST_ACCEPTED)
    longest_s = LONGER * _run_whole(root, registry, tally)
    while tally.kills < kills:
        if HeadBook(store).read()[0].heads:
            HeadBook(store).rollback("ann", "so that the next round has something to promote")
            tally.rollbacks += 1
        tally.sent |= senders.send(1)
        ended = len(tally.ended)
        while len(tally.ended) == ended and tally.kills < kills:
            death = Death.draw(generator, longest_s)
            _run_and_kill(root, registry, tally, generator.choice((1, 2)), death)
            progress(tally.kills)
    _run_whole(root, registry, tally)
    check(root, tally)
    return tally


def _run_and_kill(
    root: Path, registry: ModelRegistry, tally: RoundTally, processes: int, death: "Death"
) -> None:
    """Run a round in so many processes, kill them, and take down what they said."""
    tally.lives += 1

    def task(writing: int) -> None:
        os.write(writing, STARTED)
        report = _run(root, registry, tally.lives)
        os.write(writing, f"{report.round} {report.outcome}\n".encode())

    store = DirectoryStore(root)
    wait = partial(_watch, store, after_s=death.after_promotion_s)
    killed, said = kill_some([task] * processes, death.latest_s, wait)
    tally.kills += killed
    tally.half_done += killed > 0 and is_half_done(store)
    for line in said:
        tally.hear(*line.split())


def _run_whole(root: Path, registry: ModelRegistry, tally: RoundTally) -> float:
    """Run a round that nobody kills; return how many seconds it took."""
    began_s = time.monotonic()
    tally.lives += 1
    report = _run(root, registry, tally.lives)
    tally.hear(report.round, report.outcome)
    return time.monotonic() - began_s


def _run(root: Path, registry: ModelRegistry, life: int) -> Report:
    """Run a round in a process of which others came before, all of them dead by now."""
    return (
        Round(DirectoryStore(root), registry, "bench", now=lambda: datetime.now(UTC) + life * PAUSE)
        .run()
        .report
    )


def _watch(
    store: DirectoryStore, latest_s: float, running: Sequence[ForkProcess], after_s: float | None
) -> None:
    """Read the pointer and its heads again and again, to the moment of a kill.

    That is after so many seconds or, where `after_s` is given, so long after a promotion, and at
    once where all have ended. Raises UnusableHead.
    """
    book, until_s = HeadBook(store), time.monotonic() + latest_s
    first, _ = book.read()
    while time.monotonic() < until_s and not are_over(running):
        current, _ = book.read()
        if after_s is not None and current.entry != first.entry:
            time.sleep(after_s)
            return
        for sha256 in current.heads.values():
            book.head(sha256)
        time.sleep(POLL_S)


if __name__ == "__main__":
    run_command(main)
