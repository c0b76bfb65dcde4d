"""Where results go: a file that holds nothing else, and is not among what is read."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from export.errors import InvalidOption

BEGINNING = '{"input":'  # of every result
UNREAD = b',"error":{"code":'  # in no answer: there, each " within a text is escaped
_DECODER = json.JSONDecoder()


def picture_of(results: Path) -> Path:
    """Return the name of their picture, which no scan has: of digits.png come digits.jsonl."""
    return results.with_name(f"{results.name}.png")


def check_results_file(
    out: Path, is_read: Callable[[str], bool], reads: Iterable[Path] = ()
) -> None:
    """Raise InvalidOption where results would take the place of something else.

    is_read: whether an input, as results call it, is one of those whose results come now; the
    results of others stay. reads: files and folders that are read; results in one of them would be
    read as drawings.
    """
    for path in reads:
        if out.resolve().is_relative_to(path.resolve()):
            raise InvalidOption(f"--out {out} lies in what is read, {path}; name another place")
    if not out.exists():
        return
    if not out.is_file():
        raise InvalidOption(f"--out {out} is no file; name one")
    with out.open(errors="backslashreplace") as file:
        for line in file:
            _check_result(out, line, is_read)


def drawings_of(result: Mapping[str, Any]) -> int:
    """Return of how many drawings one result tells."""
    count: int = result.get("drawings", 1)
    return count


def count_unread(results: bytes) -> int:
    """Return how many drawings could not be read, as lines of results say."""
    lines = (line for line in results.splitlines() if UNREAD in line)
    return sum(drawings_of(json.loads(line)) for line in lines)


def _check_result(out: Path, line: str, is_read: Callable[[str], bool]) -> None:
    """Raise InvalidOption where a line is no result, or one of an input that is not read now."""
    try:
        name = _DECODER.raw_decode(line, len(BEGINNING))[0] if line.startswith(BEGINNING) else None
    except ValueError:
        name = None
    if not isinstance(name, str):
        raise InvalidOption(f"--out {out} is there and holds no results; name another file")
    if not is_read(name):
        raise InvalidOption(
            f"--out {out} holds results of {name}, which would be lost; name another file, or "
            "remove that one"
        )
