"""An original file of drawings: obtained from its makers, and checked before it is read."""

import hashlib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from export.download import fetch
from export.drawing_sets import Record
from export.errors import DamagedData, MissingData

UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, EOFError, OSError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)


@dataclass(frozen=True, slots=True)
class Original:
    """A file as its makers publish it.

    name: its name among the originals. mirrors: its addresses, the preferred one first.
    drawings: how many of them are used. sha256: the sums it may have, where its makers keep it
    as it is. max_bytes: how much of its start is enough.
    """

    name: str
    mirrors: tuple[str, ...]
    read: Callable[[Path], list[Record]]
    drawings: int
    sha256: tuple[str, ...] = ()
    max_bytes: int | None = None

    def obtain(self, folder: Path) -> list[Record]:
        """Return its drawings, downloading it into `folder` where it is not there yet.

        Raises
        ------
        MissingData
            It is not there and no mirror gave it.
        DamagedData
            The file that is there is not what it should be.
        """
        path = folder / self.name
        if not path.exists():
            try:
                fetch(self.mirrors, path, self._find_fault, self.max_bytes)
            except MissingData as error:
                raise MissingData(f"{error}: it is {self.mirrors[0]}") from error
        return self.load(path)

    def load(self, path: Path) -> list[Record]:
        """Read the drawings of a file. Raises DamagedData where it is not this original."""
        if self.sha256:
            actual = hashlib.sha256(path.read_bytes()).hexdigest()
            if actual not in self.sha256:
                raise DamagedData(path, f"has the sha256 {actual}, not the original's")
        try:
            records = self.read(path)
        except UNREADABLE as error:
            reason = f"is not what it should be ({error or type(error).__name__})"
            raise DamagedData(path, reason) from error
        if len(records) != self.drawings:
            raise DamagedData(path, f"holds {len(records)} drawings, not {self.drawings}")
        return records

    def _find_fault(self, path: Path) -> str | None:
        """Say why a downloaded file is not this original, or None."""
        try:
            self.load(path)
        except DamagedData as error:
            return f"what came {error.reason}"
        return None


@dataclass(frozen=True, slots=True)
class Source:
    """Drawings of one origin.

    changes: what is made of them. part_of: the set that they go into. digest: of the drawings
    that the published models learnt from.
    """

    name: str
    title: str
    people: str
    licence: str
    home: str
    changes: str
    part_of: str
    originals: tuple[Original, ...]
    digest: str

    def obtain(self, folder: Path) -> list[Record]:
        """Return the drawings of all its originals. Raises MissingData and DamagedData."""
        return [record for original in self.originals for record in original.obtain(folder)]
