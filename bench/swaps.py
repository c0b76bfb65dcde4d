"""Many writers swap the pointer to the heads while they are killed; no swap may be lost.

    python -m bench.swaps [--writers 8] [--swaps 1000] [--kills 40] [--store PLACE] [--seed N]

Every writer promotes, rolls back, freezes and unfreezes until `--swaps` swaps were acknowledged to
it; now and then one is killed at any moment (SIGKILL), and another goes on in its place. Afterwards
each acknowledged swap must be in the history exactly once, and the history whole down to its
beginning. A swap that a kill kept from being acknowledged may be in it or not.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.swap_writer import noted
from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from export.command import positive, run_command

ROOT = Path(__file__).resolve().parent.parent
POLL_S = 0.02
PROGRESS_S = 5.0


@dataclass(frozen=True)
class Race:
    """What the bench runs: so many writers, swaps each, and kills of all together."""

    store: str
    writers: int
    swaps: int
    kills: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What became of the swaps.

    lost: acknowledged and not in the history. doubled: in the history more than once.
    unacknowledged: in the history, though a kill kept the writer from noting it.
    """

    acknowledged: int
    lost: int
    doubled: int
    unacknowledged: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.acknowledged:,} acknowledged, {self.lost} lost, {self.doubled} doubled, "
            f"{self.unacknowledged} happened without being acknowledged; {self.seconds:.0f} s"
        )


def main() -> None:
    """Run the command line; exit status 1 where a swap or a writer was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.swaps", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--writers", type=positive, default=8)
    parser.add_argument("--swaps", type=positive, default=1000, help="of each writer")
    parser.add_argument("--kills", type=int, default=40, help="of all writers together")
    parser.add_argument(
        "--store", help="an empty folder or s3://bucket (default: a temporary folder)"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = options.store or f"{folder}/store"
        race = Race(store, options.writers, options.swaps, options.kills, options.seed)
        print(
            f"seed {race.seed}, {os.cpu_count()} cores, {race.writers} writers x {race.swaps:,} "
            f"swaps, {race.kills} kills, {options.store or 'a temporary folder'}"
        )
        outcome = run(race, Path(folder))
    print(outcome)
    sound = outcome.acknowledged == race.writers * race.swaps
    sys.exit(0 if sound and not outcome.lost and not outcome.doubled else 1)


def run(race: Race, folder: Path) -> Outcome:
    """Run the writers, which note in `folder` what was acknowledged, and compare the history.

    Raises UnusableHead where the history is broken off.
    """
    notes = [folder / f"writer-{number}" for number in range(race.writers)]
    for path in notes:
        path.touch()
    started_s = time.monotonic()
    with writers(race, notes) as processes:
        kill_now_and_then(race, notes, processes)
    seconds = time.monotonic() - started_s
    acknowledged = [name for path in notes for name in noted(path)]
    history = [entry.sha256 for entry in HeadBook(open_store(race.store)).history()]
    return Outcome(
        acknowledged=len(acknowledged),
        lost=len(set(acknowledged) - set(history)),
        doubled=len(history) - len(set(history)) + len(acknowledged) - len(set(acknowledged)),
        unacknowledged=len(set(history) - set(acknowledged)),
        seconds=seconds,
    )


@contextmanager
def writers(race: Race, notes: Sequence[Path]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start a writer for each of the notes; none outlives the context."""
    processes = [start(race, path, 0) for path in notes]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def start(race: Race, notes: Path, life: int) -> subprocess.Popen[bytes]:
    """Start a writer, or the `life`-th that goes on in its place."""
    seed = f"{race.seed}/{notes.name}/{life}"
    arguments = [race.store, str(notes), str(race.swaps), seed]
    return subprocess.Popen([sys.executable, "-m", "bench.swap_writer", *arguments], cwd=ROOT)


def kill_now_and_then(
    race: Race, notes: Sequence[Path], processes: list[subprocess.Popen[bytes]]
) -> None:
    """Wait for all writers, killing and replacing one each time that enough is acknowledged."""
    generator, total = random.Random(race.seed), race.writers * race.swaps
    due = sorted(generator.sample(range(total), race.kills))
    reported_s = time.monotonic()
    while running := [i for i, process in enumerate(processes) if process.poll() is None]:
        done = sum(len(noted(path)) for path in notes)
        if due and done > due[0]:
            due.pop(0)
            number = generator.choice(running)
            processes[number].kill()
            processes[number].wait()
            processes[number] = start(race, notes[number], len(due))
        elif time.monotonic() - reported_s > PROGRESS_S:
            reported_s = time.monotonic()
            print(f"{done:,} of {total:,}, {len(due)} kills to come", file=sys.stderr)
        time.sleep(POLL_S)


if __name__ == "__main__":
    run_command(main)
