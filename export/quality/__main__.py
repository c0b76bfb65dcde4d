"""Score the published models through the HTTP handler and write what came out.

    python -m export.quality --data data

Writes quality.md, model-card.md and pictures/quality-*.png. DIR holds mnist/, and where they are
to be had drawn/ and not_digits/ as `export.drawn` reads them; without those the report is about
MNIST alone.
"""

import argparse
import os
import sys
from pathlib import Path

from chalicelib.config import LOG_LEVEL
from export.command import add_all_data_option, run_command

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.quality", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_all_data_option(parser)
    parser.add_argument(
        "--docs",
        type=Path,
        default=DOCS,
        metavar="DIR",
        help="folder to write to (default: the project's docs)",
    )
    arguments = parser.parse_args()
    os.environ.setdefault(LOG_LEVEL, "WARNING")  # a log line for each of 20,000 requests hides all
    from export.quality.write import write_quality  # what it imports starts the app

    write_quality(arguments.data, arguments.docs)
    print(f"wrote {arguments.docs / 'quality.md'} and model-card.md", file=sys.stderr)


if __name__ == "__main__":
    run_command(main)
