"""SOURCES.md beside the drawings: whose they are, by which licence, and what was made of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from export.drawn import SETS
from export.originals import Source

NAME = "SOURCES.md"
HEAD = """# Whose drawings these are

Written by `python -m export.drawings`. The originals are not Inkling's; each licence below goes
with what was made of them.
"""
COLUMNS = """| drawings | by | licence | from | what was made of them |
|---|---|---|---|---|"""
_SECTION = re.compile(r"^## (.+)\n\n((?:.+\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Note:
    """How many drawings a source gave, and whether the published models learnt from the same."""

    source: Source
    drawings: int
    same: bool

    def sameness(self) -> str:
        """Return in words whether they are the drawings that the published models learnt from."""
        return f"{'' if self.same else 'not '}the same that the published models learnt from"


def write_notes(folder: Path, set_name: str, notes: Sequence[Note]) -> None:
    """Write the section of one set into the folder's SOURCES.md; those of other sets stay."""
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = {**dict(_SECTION.findall(text)), set_name: _table(notes)}
    parts = [HEAD, *(f"## {name}\n\n{sections[name]}" for name in SETS if name in sections)]
    part = path.with_name(NAME + ".part")
    part.write_text("\n".join(parts), encoding="utf-8")
    part.replace(path)


def _table(notes: Sequence[Note]) -> str:
    rows = [
        f"| {note.drawings:,}, {note.sameness()} | {note.source.title}, {note.source.people} | "
        f"{note.source.licence} | {note.source.home} | {note.source.changes} |"
        for note in notes
    ]
    return "\n".join([COLUMNS, *rows]) + "\n"
