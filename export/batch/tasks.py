"""What is read in bulk on this machine, cut into tasks of a few hundred drawings.

A task's name follows from what it reads, as its size and time of change tell, and from the models
that read it, so that a run that was stopped knows what it has done, and does anew what has changed.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chalicelib.batch.errors import UnusableInput
from chalicelib.batch.plan import Kind, Plan, Span
from chalicelib.limits import PART_INPUTS
from chalicelib.recognition.manifest import MANIFEST
from export.errors import MissingData

HIDDEN = "."


class Piece(NamedTuple):
    """Some drawings of one file; kind: None where none can be looked for in it.

    size, time_ns: of the file and of its last change, when it was cut into pieces.
    """

    path: Path
    size: int
    time_ns: int
    kind: Kind | None
    span: Span

    @property
    def key(self) -> str:
        """What results call the file."""
        return key_of(self.path)

    def is_of(self, found: os.stat_result) -> bool:
        """Whether a file is still the one that was cut into pieces."""
        return (found.st_size, found.st_mtime_ns) == (self.size, self.time_ns)


class Task(NamedTuple):
    """Pieces that are read together; name: what its results are called."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def drawings(self) -> int:
        """How many there are."""
        return sum(piece.span.drawings for piece in self.pieces)


def key_of(path: Path) -> str:
    """Return what results call a file: its path, in which bytes that are no UTF-8 are escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return files as given, each once, and all files of folders, hidden ones left out.

    Raises MissingData, OSError where a folder cannot be looked into.
    """
    found: dict[Path, Path] = {}  # by what no other spelling of a path changes
    for path in paths:
        if path.is_dir():
            for file in _files_below(path, frozenset()):
                found.setdefault(path.resolve() / file.relative_to(path), file)
        elif path.is_file():
            found.setdefault(path.parent.resolve() / path.name, path)
        else:
            raise MissingData(f"There is no file or folder {path}.")
    if not found:
        raise MissingData(f"There are no files in {', '.join(map(str, paths))}.")
    return list(found.values())


def make_tasks(files: Iterable[Path], models: Path) -> Iterator[Task]:
    """Yield tasks in the order of the files; single images are put together.

    models: the folder of those that will read them.
    """
    manifest = (models / MANIFEST).read_bytes()
    several: list[Piece] = []
    for piece in (piece for path in files for piece in _pieces(path)):
        single = piece.span.drawings == 1
        if several and (not single or len(several) == PART_INPUTS):
            yield _task(manifest, several)
            several = []
        if single:
            several.append(piece)
        else:
            yield _task(manifest, [piece])
    if several:
        yield _task(manifest, several)


def _files_below(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[Path]:
    """Yield the files of a folder and of those that lie in it or are linked there.

    Links that lead nowhere are among them: who reads them says so. above: the folders on the way,
    by device and number; a link back to one of them leads to nothing new.
    """
    found = folder.stat()
    here = (found.st_dev, found.st_ino)
    if here in above:
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(HIDDEN):
            continue
        if path.is_dir():
            yield from _files_below(path, above | {here})
        elif path.is_file() or (path.is_symlink() and not path.exists()):
            yield path


def _pieces(path: Path) -> list[Piece]:
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            facts = path, found.st_size, found.st_mtime_ns
            try:
                plan = Plan.of(file, found.st_size)
            except UnusableInput:
                return [Piece(*facts, None, Span(0, 1, 1))]
    except OSError:  # who reads it will say so
        return [Piece(path, 0, 0, None, Span(0, 1, 1))]
    return [Piece(*facts, plan.kind, span) for span in plan.spans]


def _task(manifest: bytes, pieces: Sequence[Piece]) -> Task:
    digest = hashlib.sha256(manifest)
    for piece in pieces:
        digest.update(os.fsencode(piece.path.absolute()))
        digest.update(f"\0{piece.size}\0{piece.time_ns}\0{piece.span}\n".encode())
    return Task(digest.hexdigest()[:32], tuple(pieces))
