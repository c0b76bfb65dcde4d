"""Cold start: from starting the process to the first recognised drawing, beside the floor.

    python -m bench.cold [--rounds 20]

All run the same packaged libraries under the same awslambdaric; each round starts one of each.
The processor time is the worker's own, and busy neighbours hardly change it; the clock is what a
caller waits for.
"""

import argparse
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.emulator.worker import Function, Worker
from bench.events import strokes_event
from bench.figures import Figure, Spread
from bench.s3 import s3_server, with_variables
from bench.workers import Functions, functions, require_success
from tools.package.build import ROOT

MOST_TIMES = 1.25
FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: the clock, and the processor time of the worker, in ms."""

    clock_ms: float
    processor_ms: float


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    arguments = parser.parse_args()
    with functions(arguments.build) as found:
        for figure in measure(found, arguments.rounds):
            print(figure)


def measure(found: Functions, rounds: int) -> list[Figure]:
    """Return the cold starts of the package, also with its feedback in S3, and of the floor."""
    with s3_server() as variables:
        functions = {
            FLOOR: found.floor,
            "cold start": found.inkling,
            "cold start with feedback in S3": with_variables(found.inkling, variables),
        }
        starts = start_in_turn(functions, rounds)
    return [
        Figure(
            f"{name}, {what}",
            "ms",
            Spread.of([getattr(start, field) for start in starts[name]]),
            Spread.of([getattr(start, field) for start in starts[FLOOR]]),
            most_times=MOST_TIMES,
        )
        for name in functions
        for what, field in (("clock", "clock_ms"), ("processor time", "processor_ms"))
        if name != FLOOR
    ]


def start_in_turn(functions: Mapping[str, Function], rounds: int) -> dict[str, list[Start]]:
    """Return the starts of each, in turn; a first round, which reads from the disk, is left out."""
    starts: dict[str, list[Start]] = {name: [] for name in functions}
    for turn in range(-1, rounds):
        for name, function in functions.items():
            start = start_once(function)
            if turn >= 0:
                starts[name].append(start)
    return starts


def start_once(function: Function) -> Start:
    """Start a worker, have one drawing read, and stop it."""
    with Worker(function) as worker:
        require_success(worker.invoke(strokes_event()).body)
        clock_ns = time.perf_counter_ns() - worker.started_ns
        return Start(clock_ns / 1e6, processor_ms(worker.process.pid))


def processor_ms(pid: int) -> float:
    """Return the processor time of a process so far, in ms, without threads that have ended."""
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError, FileNotFoundError):  # it ends just now
            nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e6


if __name__ == "__main__":
    main()
