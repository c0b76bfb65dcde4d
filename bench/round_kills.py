"""Kill rounds of adaptation and count what is left of heads, pointer and feedback.

    python -m bench.round_kills [--kills 1000] [--a-store 100] [--seed N] [--store DIR]

One process, or two at once, run a round over a directory until they are killed at a moment of
chance; the next ones, two minutes later by their clock, go on from there until the round has
ended. Then its promotion is rolled back and new feedback comes: a 7 in a hand that the model
misreads, accepted by a reviewer, and drawings in quarantine of which the rules accept some. All
the while the pointer and the heads that it names must be readable. After so many kills the store
must hold each promotion, each rollback and each piece of feedback once, and another is begun.

The model is the published perceptron with a quarter of its gold and replay sets, so that a round
takes an instant, and many of the kills meet the moment at which it promotes.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.killed import STARTED, kill_some
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
POLL_S = 0.005

Show = Callable[[int], None]


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
            processes, life_s = generator.choice((1, 2)), generator.uniform(0, longest_s)
            _run_and_kill(root, registry, tally, processes, life_s)
            progress(tally.kills)
    _run_whole(root, registry, tally)
    check(root, tally)
    return tally


def _run_and_kill(
    root: Path, registry: ModelRegistry, tally: RoundTally, processes: int, life_s: float
) -> None:
    """Run a round in so many processes, kill them, and take down what they said."""
    tally.lives += 1

    def task(writing: int) -> None:
        os.write(writing, STARTED)
        report = _run(root, registry, tally.lives)
        os.write(writing, f"{report.round} {report.outcome}\n".encode())

    store = DirectoryStore(root)
    killed, said = kill_some([task] * processes, life_s, partial(_watch, store))
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


def _watch(store: DirectoryStore, seconds: float) -> None:
    """Read the pointer and the heads that it names, again and again. Raises UnusableHead."""
    book, until_s = HeadBook(store), time.monotonic() + seconds
    while time.monotonic() < until_s:
        for sha256 in book.read()[0].heads.values():
            book.head(sha256)
        time.sleep(POLL_S)


if __name__ == "__main__":
    run_command(main)
