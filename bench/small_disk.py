"""A disk of a few hundred kilobytes, which can be filled to the last byte and emptied again."""

import errno
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.errors import InklingError

PAGE_BYTES = 4096
MOST_INODES = 2000


class NoSmallDisk(InklingError):
    """Whoever runs it may not mount one."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no small disk can be mounted: {reason.strip()}; run it as root")


class SmallDisk:
    """A mounted tmpfs. What fills it lies beside the folder that is tried, on the same disk."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "store"
        self._filler = root / "filler"
        self._filler.mkdir()

    def fill_pages(self, spare: int) -> None:
        """Leave so many pages of 4 kB free, as far as there are any."""
        free = os.statvfs(self._filler)
        pages = free.f_bavail * free.f_frsize // PAGE_BYTES
        with suppress_full(), (self._filler / f"bytes-{random.random()}").open("wb") as file:
            for _ in range(pages - spare):
                file.write(bytes(PAGE_BYTES))
                file.flush()

    def fill_inodes(self, spare: int) -> None:
        """Let no more than so many files be made."""
        free = os.statvfs(self._filler).f_ffree
        with suppress_full():
            for _ in range(free - spare):
                (self._filler / f"file-{random.random()}").touch()

    def empty(self) -> None:
        """Take away what filled it."""
        for path in self._filler.iterdir():
            path.unlink()


@contextmanager
def small_disk(at: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """Mount one on a new folder. Raises NoSmallDisk."""
    at.mkdir(parents=True)
    options = f"size={size_bytes},nr_inodes={MOST_INODES}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NoSmallDisk("there is no mount here") from None
    if done.returncode:
        raise NoSmallDisk(done.stderr)
    try:
        yield SmallDisk(at)
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


@contextmanager
def suppress_full() -> Iterator[None]:
    """Take it for an end that nothing more fits."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
