"""Fetch the drawn sets from their public sources and make the files that `--drawings` reads.

    python -m export.drawings --out data
    python -m export.drawings --only uji,numberpad --anew

What is downloaded is kept in DIR/originals, where a file may also be put by hand; the sets are
made from it as DIR/drawn and DIR/not_digits, and DIR/SOURCES.md says whose drawings they are. A
set that is there already is left as it is. Stopped at any moment, the same command goes on.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from export.command import run_command
from export.drawing_sets import Record, digest, write_set
from export.drawn import SETS
from export.errors import DamagedData, MissingData
from export.originals import Source
from export.source_notes import Note, write_notes
from export.sources import SOURCES

ORIGINALS = "originals"
DEFAULT_FOLDER = Path("data")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.drawings", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--out", type=Path, default=DEFAULT_FOLDER, metavar="DIR", help="default: %(default)s")
    names = ", ".join(source.name for source in SOURCES)
    add("--only", type=choose, default=SOURCES, metavar="NAMES", help=f"by commas, of {names}")
    add("--anew", action="store_true", help="make sets again that are there already")
    arguments = parser.parse_args()
    make_sets(arguments.out, arguments.only, anew=arguments.anew)


def choose(text: str) -> tuple[Source, ...]:
    """Read names of sources, as argparse wants it."""
    names = {name.strip() for name in text.split(",")}
    unknown = names - {source.name for source in SOURCES}
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no source {', '.join(sorted(unknown))}")
    return tuple(source for source in SOURCES if source.name in names)


def make_sets(folder: Path, sources: Sequence[Source], *, anew: bool = False) -> None:
    """Make each set of `sources` in `folder`, whole or not at all.

    A set of which a source cannot be had is not made; the others are.

    Raises
    ------
    MissingData
        A set was not made.
    """
    failed = []
    for name in SETS:
        chosen = [source for source in sources if source.part_of == name]
        if not chosen:
            continue
        if (folder / name).exists() and not anew:
            print(f"{folder / name} is there already; --anew makes it again")
            continue
        try:
            _make_set(folder, name, chosen)
        except (MissingData, DamagedData) as error:
            print(f"error: {error}", file=sys.stderr)
            failed.append(name)
    if failed:
        raise MissingData(
            f"not made: {', '.join(failed)}; the same command tries again, without a damaged "
            "original it is downloaded anew, and --only makes a set without a source"
        )


def _make_set(folder: Path, name: str, sources: Sequence[Source]) -> None:
    """Obtain the sources of one set, then write it and the notes on whose drawings it holds."""
    records: list[Record] = []
    notes: list[Note] = []
    for source in sources:
        print(f"{source.title} ({source.people}; {source.licence}; {source.home})", flush=True)
        found = source.obtain(folder / ORIGINALS)
        notes.append(Note(source, len(found), digest(found) == source.digest))
        print(f"  {len(found):,} drawings, {notes[-1].sameness()}", flush=True)
        records += found
    write_notes(folder, name, notes)  # first, as a set that is there is not made again
    write_set(folder / name, records)
    print(f"{folder / name}: {len(records):,} drawings", flush=True)


if __name__ == "__main__":
    run_command(main, "interrupted; the same command goes on with what has arrived")
