"""Resident memory of a worker: after 1,000 predictions, with feedback, and its growth.

python -m bench.memory [--growth 100000]
"""

import argparse
import sys
from pathlib import Path

from bench.emulator.worker import Function, Worker
from bench.events import feedback_event, image_event, strokes_event
from bench.figures import Figure, Spread
from bench.s3 import s3_server, with_variables
from bench.workers import functions, require_success
from tools.package.build import ROOT

FEW = 1_000
SETTLED = 2_000
MANY = 100_000
PROGRESS = 10_000


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--growth", type=int, default=MANY, help="predictions; default: %(default)s"
    )
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    arguments = parser.parse_args()
    with functions(arguments.build) as found:
        for figure in figures(found.inkling, arguments.growth):
            print(figure)


def figures(function: Function, predictions: int) -> list[Figure]:
    """Return memory in MB (1,000,000 bytes); strokes and PNGs by turns."""
    with Worker(function) as worker:
        predict(worker, FEW)
        few = worker.memory_mb()
        predict(worker, SETTLED - FEW)
        settled = worker.memory_mb()
        predict(worker, predictions - SETTLED)
        grown = worker.memory_mb() - settled
    return [
        Figure(f"memory after {FEW:,} predictions, no feedback", "MB", Spread.of([few]), most=80),
        Figure(
            "the same with feedback through boto3",
            "MB",
            Spread.of([with_feedback(function)]),
            most=125,
        ),
        Figure(
            f"memory growth from {SETTLED:,} to {predictions:,} predictions",
            "MB",
            Spread.of([grown]),
            most=5,
        ),
    ]


def with_feedback(function: Function) -> float:
    """Return the memory after as many predictions with one feedback in a hundred, to S3."""
    with s3_server() as variables, Worker(with_variables(function, variables)) as worker:
        for _ in range(FEW // 100):
            predict(worker, 100)
            require_success(worker.invoke(feedback_event("7")).body)
        return worker.memory_mb()


def predict(worker: Worker, predictions: int) -> None:
    """Have a worker read drawings, half of them strokes and half PNGs."""
    events = (strokes_event(), image_event())
    for count in range(predictions):
        require_success(worker.invoke(events[count % 2]).body)
        if (count + 1) % PROGRESS == 0:
            print(f"  {count + 1:,} of {predictions:,} predictions", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
