"""A store in a directory: the embedded default, for one machine and any number of processes."""

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.store import (
    Blob,
    Conflict,
    Expected,
    Listed,
    check_key,
    check_prefix,
    check_size,
    is_key,
    require_readable,
)

# No key begins with a dot, so these two never get in a key's way.
TEMPORARIES = ".temporaries"
LOCK = ".lock"
FOLDER_MODE = 0o700

logger = logging.getLogger(__name__)


class DirectoryStore:
    """Blobs as files, whose paths are the keys.

    A put writes and syncs a temporary file, then renames it into place, so that a reader, or
    whoever starts after a kill or a power cut, finds all of it or nothing. What changes a key does
    so under a lock on the whole directory, held for the rename alone; the kernel frees it with the
    process, as it does the lock that a writer holds on its temporary file: one without is left over
    from a process that is gone, whatever any clock says. Only the owner can read what is in it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> Blob | None:
        """Return what lies under `key`, None where nothing does."""
        path = self._path(key)
        with _translated("get", key):
            data = _read(path)
        return None if data is None else Blob(data, _tag(data))

    def put(self, key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING) -> str:
        """Write `data` under `key`, all or nothing, and return its tag; raises Conflict."""
        path = self._path(key)
        check_size(data)
        with _translated("put", key), self._temporary(data) as temporary:
            _make_folder(path.parent)
            with self._locked():
                if not _holds(path, expected):
                    raise Conflict(key)
                temporary.rename(path)
            _sync_folder(path.parent)
        return _tag(data)

    def delete(self, key: str) -> None:
        """Remove what lies under `key`, if anything does."""
        path = self._path(key)
        with _translated("delete", key), suppress(FileNotFoundError, NotADirectoryError):
            with self._locked():
                path.unlink()
            _sync_folder(path.parent)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every key in the folder `prefix`, in the order of the keys."""
        check_prefix(prefix)
        with _translated("list", prefix):
            yield from _walk(self._root / prefix, prefix)

    def sweep(self) -> int:
        """Remove what puts of processes that are gone left behind; return how many."""
        with _translated("sweep", TEMPORARIES), suppress(FileNotFoundError):
            return sum(map(_remove_abandoned, (self._root / TEMPORARIES).iterdir()))
        return 0

    def within(self, budget_s: float) -> Self:  # noqa: ARG002 - a local disk answers or fails
        """Return this store: nothing in it waits for a network."""
        return self

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    @contextmanager
    def _temporary(self, data: bytes) -> Iterator[Path]:
        """Give a file (mode 0600) with `data` in it, on the disk; afterwards it is gone."""
        folder = self._root / TEMPORARIES
        _make_folder(folder)
        file, path = _new_temporary(folder)
        try:
            with file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                yield path
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other thread and process from changing the directory."""
        descriptor = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def _translated(operation: str, key: str) -> Iterator[None]:
    """Turn what the operating system says into StorageUnavailable, and log it."""
    try:
        yield
    except OSError as error:
        logger.warning("Could not %s %s in the directory: %s", operation, key, error)
        raise StorageUnavailable(operation) from error


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(path: Path) -> bytes | None:
    try:
        require_readable(path.stat().st_size)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _holds(path: Path, expected: Expected | str) -> bool:
    """Whether the file at `path` is what a put expects there."""
    if expected is Expected.ANYTHING:
        return True
    data = _read(path)
    if data is None:
        return expected is Expected.NOTHING
    return _tag(data) == expected


def _make_folder(folder: Path) -> None:
    """Make `folder` and what it lies in, each of them on the disk when this returns."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(FOLDER_MODE)
    _sync_folder(folder.parent)


def _new_temporary(folder: Path) -> tuple[BinaryIO, Path]:
    """Return a new file (mode 0600), open and locked, and its path."""
    import tempfile  # what only reads need not wait for it

    while True:
        descriptor, name = tempfile.mkstemp(dir=folder)
        file = os.fdopen(descriptor, "wb")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:  # else a sweep found it before it was locked
                return file, Path(name)
        except OSError:
            file.close()
            raise
        file.close()


def _remove_abandoned(path: Path) -> bool:
    """Remove a temporary file that no process holds a lock on; return whether that was so."""
    with suppress(FileNotFoundError, BlockingIOError), path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
        return True
    return False


def _sync_folder(folder: Path) -> None:
    """Put the names in `folder` on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(folder: Path, prefix: str) -> Iterator[Listed]:
    """Yield the files below `folder`, with keys that begin with `prefix`, in the keys' order."""
    try:
        with os.scandir(folder) as scan:
            entries = {entry.name + "/" * entry.is_dir(): entry for entry in scan}
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in sorted(entries):
        if not is_key(name.removesuffix("/")):
            continue
        if name.endswith("/"):
            yield from _walk(folder / name, prefix + name)
        else:
            with suppress(FileNotFoundError):
                modified = entries[name].stat().st_mtime
                yield Listed(prefix + name, datetime.fromtimestamp(modified, UTC))
