"""Run a round of learning from feedback here, the same that the schedule runs.

    python -m export.adapt --store feedback --picture runs/round.png

Sorts the quarantine by the rules, fits heads to what is accepted, promotes those that pass the
gate, and shows what changed. Stopped at any moment, it may simply be run again. Needs no torch.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from chalicelib.learning.reports import Outcome, Report
from chalicelib.learning.round import Ended, Round
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER, run_command
from export.numbers import counted
from export.round_picture import draw_round
from export.store_options import add_store_options, open_existing

DEFAULT_PICTURE = Path("runs/round.png")
STEP = 100  # drawings between two lines of progress


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.adapt", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_store_options(parser)
    parser.add_argument(
        "--models", type=Path, default=MODELS_FOLDER, metavar="DIR", help="default: as served"
    )
    parser.add_argument(
        "--picture", type=Path, default=DEFAULT_PICTURE, help="what changed (default: %(default)s)"
    )
    arguments = parser.parse_args()
    registry = ModelRegistry.load(arguments.models)
    ended = Round(open_existing(arguments.store), registry, arguments.by, show_progress).run()
    print("\n".join(lines_of(ended.report)))
    if ended.candidates:
        draw(ended, arguments.picture)


def show_progress(what: str, done: int, total: int) -> None:
    """Rewrite one line of a terminal now and then; a file gets the last line alone."""
    if done == total or (sys.stderr.isatty() and done % STEP == 0):
        end = "\n" if done == total else "\r"
        print(f"{what} {done} of {total}", end=end, file=sys.stderr, flush=True)


def lines_of(report: Report) -> Iterator[str]:
    """Yield what a round found and did."""
    for reason, count in report.triaged.items():
        yield f"{count:6d}  {reason.replace(':', ': ').replace('_', ' ')}"
    feedback = report.feedback
    if feedback:
        reasons = feedback["left_out"].items()
        left_out = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in reasons)
        accepted = counted(feedback["drawings"], "accepted drawing")
        yield (
            f"{accepted}, {feedback['held_out']} of them held out"
            + (f"; left out: {left_out}" if left_out else "")
        )
    for name, found in report.models.items():
        yield f"{name} {found['version']}, head {found['head'][:8]}:"
        for check in found["checks"]:
            yield f"  {'passed ' if check['passed'] else 'REFUSED'}  {check['words']}"
    yield f"{report.outcome}: {report.words}"
    if report.outcome is Outcome.PROMOTED:
        yield "It is served within a minute; `make rollback` undoes it."


def draw(ended: Ended, path: Path) -> None:
    """Write the picture of what changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_round(path, ended)
    print(f"What changed: {path}")


if __name__ == "__main__":
    run_command(main)
