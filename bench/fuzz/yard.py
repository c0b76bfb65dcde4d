"""Where the fuzzing of one target keeps its corpus, its count and what it found."""

import hashlib
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
CORPUS = ROOT / "tests" / "campaigns" / "corpus"
COUNT = struct.Struct("<Q")
NAME_CHARACTERS = 16


def corpus_of(target: str) -> list[Path]:
    """Return the inputs for a target that are part of the project."""
    return sorted(path for path in (CORPUS / target).iterdir() if path.is_file())


class Yard:
    """A folder that outlives the processes that fuzz in it, however they end.

    corpus: inputs that reach what no other does. surprises: those that failed as nobody expected,
    each with its traceback beside it. costly: those that took the most so far.
    """

    def __init__(self, folder: Path) -> None:
        self.corpus, self.surprises, self.costly = (
            folder / name for name in ("corpus", "surprises", "costly")
        )
        for path in (self.corpus, self.surprises, self.costly):
            path.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "log"  # what the last process printed
        self._count = folder / "runs"

    @property
    def runs(self) -> int:
        """How many inputs have been tried."""
        if not self._count.exists():
            return 0
        (count,) = COUNT.unpack(self._count.read_bytes())
        return int(count)

    def counter(self) -> mmap.mmap:
        """Return the count as memory that a process may be killed with: nothing is lost."""
        if not self._count.exists():
            self._count.write_bytes(COUNT.pack(0))
        with self._count.open("r+b") as file:
            return mmap.mmap(file.fileno(), COUNT.size)

    def keep_surprise(self, place: str, text: str, data: bytes) -> Path:
        """Keep an input that failed, one for each place where inputs fail; return its path."""
        path = self.surprises / _name(place.encode())
        if not path.exists():
            path.write_bytes(data)
            path.with_suffix(".txt").write_text(text)
        return path

    def keep_costly(self, data: bytes) -> None:
        """Keep an input that took more than all before."""
        (self.costly / _name(data)).write_bytes(data)

    def failures(self) -> list[Path]:
        """Return the inputs that failed, and those on which a process died."""
        return sorted(path for path in self.surprises.iterdir() if path.suffix != ".txt")

    def inputs(self) -> Iterator[Path]:
        """Yield all that is kept and was accepted or refused as it should be."""
        for folder in (self.corpus, self.costly):
            yield from sorted(folder.iterdir())


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:NAME_CHARACTERS]
