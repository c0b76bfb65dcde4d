"""Where results go: a file that holds nothing else, and is not among what is read."""

from collections.abc import Iterable
from pathlib import Path

from export.errors import InvalidOption

BEGINNING = b'{"input":'  # of every result


def picture_of(results: Path) -> Path:
    """Return the name of their picture, which no scan has: of digits.png come digits.jsonl."""
    return results.with_name(f"{results.name}.png")


def check_results_file(out: Path, reads: Iterable[Path] = ()) -> None:
    """Raise InvalidOption where results would take the place of something else.

    reads: files and folders that are read; results in one of them would be read as drawings.
    """
    for path in reads:
        if out.resolve().is_relative_to(path.resolve()):
            raise InvalidOption(f"--out {out} lies in what is read, {path}; name another place")
    if not out.exists():
        return
    if not out.is_file():
        raise InvalidOption(f"--out {out} is no file; name one")
    with out.open("rb") as file:
        head = file.read(len(BEGINNING))
    if head not in (b"", BEGINNING):
        raise InvalidOption(f"--out {out} is there and holds no results; name another file")
