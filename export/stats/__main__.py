"""Count the feedback of a store, and see whether people agree with the model and answers drift.

    python -m export.stats [--store feedback] [--out stats.png]

Prints a table and draws the same. What people saw is compared with the gold set of the default
model: digits that it was never trained on. Nothing is changed.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from chalicelib.config import settings_from
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.statistics import Said
from chalicelib.recognition.registry import ModelRegistry
from export.command import run_command
from export.stats.reference import gold_reference
from export.stats.table import table
from export.store_options import open_to_look

PROGRESS_EVERY = 50  # pieces


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.stats", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--store", help="a directory or s3://bucket/prefix (INKLING_FEEDBACK)")
    parser.add_argument(
        "--out", type=Path, default=Path("stats.png"), help="the picture (default: %(default)s)"
    )
    arguments = parser.parse_args()
    settings = settings_from(os.environ)
    location = arguments.store or settings.feedback
    said = list(read_said(FeedbackShelf(open_to_look(location))))
    if not said:
        print(f"There is no feedback in {location} yet.")
        return
    reference = gold_reference(ModelRegistry.load(settings.models_directory))
    print("\n".join(table(said, reference)))
    from export.stats.picture import draw_statistics  # matplotlib takes a second to import

    draw_statistics(said, reference, arguments.out)
    print(f"\nDrawn in {arguments.out}")


def read_said(shelf: FeedbackShelf) -> Iterator[Said]:
    """Yield what each piece of feedback counts for."""
    places = [place for status in FeedbackStatus for place in shelf.places(status)]
    for number, filed in enumerate(shelf.read_all(places), 1):
        if number % PROGRESS_EVERY == 0 and sys.stderr.isatty():
            print(f"{number} of {len(places)}", end="\r", file=sys.stderr, flush=True)
        yield Said.of(filed)


if __name__ == "__main__":
    run_command(main)
