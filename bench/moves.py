"""Kill processes that move and withdraw feedback, and count what is left.

    python -m bench.moves [--kills 1000] [--pieces 60] [--seed N] [--store DIR]

Two processes at a time judge and withdraw the same feedback in a directory until both are killed
at a moment of chance; in half of the rounds one that tidies up is killed as well. At the end
each piece that nobody withdrew must be there once, whole, and no older than its last acknowledged
verdict; of what was withdrawn there must be nothing.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.killed import STARTED, Task, kill_some
from bench.tally import Tally, check, submission
from chalicelib.errors import NotFound
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.directory import DirectoryStore
from export.command import positive, run_command

MAX_LIFE_S = 0.1  # once the first of them has started
WITHDRAWN_SHARE = 0.05
TIDY_SHARE = 0.5
MOVERS = 2
MOVES_A_LISTING = 20


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.moves", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=positive, default=1000, help="default: %(default)s")
    parser.add_argument("--pieces", type=positive, default=60, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--store", type=Path, help="a new folder (default: a temporary one)")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.store or Path(folder) / "store"
        print(torment(root, arguments.kills, arguments.pieces, arguments.seed, show))


def show(kills: int) -> None:
    """Say how far it is, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r{kills} kills", end="", file=sys.stderr, flush=True)


def torment(
    root: Path, kills: int, pieces: int, seed: int, progress: Callable[[int], None] = show
) -> str:
    """Kill that many processes on a new store; return what was counted. Raises DamagedData."""
    started_s = time.monotonic()
    generator = random.Random(seed)
    store = DirectoryStore(root)
    tally, done = Tally({}), 0
    while done < kills:
        if len(tally.alive) < pieces:
            tally.receipts |= _submit(store, 2 * pieces - len(tally.alive))
        movers = [partial(_judge, root, tally.receipts, generator.random()) for _ in range(MOVERS)]
        done += _kill_some(tally, movers, generator)
        if generator.random() < TIDY_SHARE:
            done += _kill_some(tally, [partial(_tidy, root)], generator)
        _tidy(root)
        progress(done)
    kept = check(root, tally)
    return (
        f"{done} kills, {tally.moves} moves and {len(tally.withdrawn)} withdrawals acknowledged, "
        f"{kept} pieces kept: nothing lost, nothing doubled, nothing came back "
        f"({time.monotonic() - started_s:.0f} s)"
    )


def _submit(store: DirectoryStore, pieces: int) -> dict[str, str]:
    book = FeedbackBook(store)
    receipts = [book.submit(submission(number)) for number in range(pieces)]
    return {receipt.id: receipt.receipt for receipt in receipts}


def _kill_some(tally: Tally, tasks: Sequence[Task], generator: random.Random) -> int:
    """Kill tasks at a moment of chance, take down what they did; return how many were killed."""
    killed, said = kill_some(tasks, generator.uniform(0, MAX_LIFE_S))
    for line in said:
        tally.hear(line)
    return killed


def _judge(root: Path, receipts: Mapping[str, str], seed: float, writing: int) -> None:
    os.write(writing, STARTED)
    judge_for_ever(root, random.Random(seed), lambda line: os.write(writing, line), receipts)


def judge_for_ever(
    root: Path,
    generator: random.Random,
    say: Callable[[bytes], object],
    receipts: Mapping[str, str] | None = None,
) -> None:
    """Judge feedback at random, withdraw some of that with receipts by its id, and say so."""
    receipts, store = receipts or {}, DirectoryStore(root)
    shelf, book = FeedbackShelf(store), FeedbackBook(store)
    while True:
        places = shelf.places(generator.choice(list(FeedbackStatus)))
        for place in generator.sample(places, min(len(places), MOVES_A_LISTING)):
            with suppress(NotFound):  # the other one was quicker
                if place.id in receipts and generator.random() < WITHDRAWN_SHARE:
                    say(f"withdrawing {place.id}\n".encode())
                    book.withdraw(receipts[place.id])
                    say(f"withdrawn {place.id}\n".encode())
                elif filed := shelf.read(place):
                    status = generator.choice(list(FeedbackStatus))
                    moved = shelf.judge(filed, status, label="7", by="bench", reason="chance")
                    say(f"moved {place.id} {moved.revision} {status}\n".encode())


def _tidy(root: Path, writing: int | None = None) -> None:
    """Tidy up as whoever comes two minutes later does: all others are dead."""
    if writing is not None:
        os.write(writing, STARTED)
    FeedbackShelf(DirectoryStore(root), lambda: datetime.now(UTC) + timedelta(minutes=2)).tidy()


if __name__ == "__main__":
    run_command(main)
