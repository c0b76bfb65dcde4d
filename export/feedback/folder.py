"""The folder that feedback is pulled into: versions of the dataset, and the one being made.

<out>/origin.json      the store that it is pulled from; feedback of another never mixes in
<out>/fetched.jsonl    what was fetched, see `export.feedback.fetched`
<out>/<dataset>/       a version, see `export.feedback.dataset`
<out>/pulling/         the next version as far as it has come
"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from export.errors import UnusablePull
from export.feedback.dataset import (
    DRAWINGS,
    MANIFEST,
    Dataset,
    Item,
    find_datasets,
    find_faults,
    read_dataset,
    write_manifest,
)
from export.feedback.fetched import Fetched
from export.files import write_json, write_whole

ORIGIN, FETCHED, PULLING, LOCK = "origin.json", "fetched.jsonl", "pulling", ".lock"
FOLDER_MODE = 0o700  # as of a directory of feedback


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A version with drawings that are no longer in the store.

    removed: whether the version was removed for that.
    """

    dataset: str
    ids: tuple[str, ...]
    removed: bool


class PullFolder:
    """Where the versions of a dataset lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pulling = path / PULLING
        self.fetched = Fetched(path / FETCHED)

    @property
    def versions(self) -> list[Dataset]:
        """All whole versions, the newest first. Raises DamagedData."""
        return find_datasets(self.path)

    def forget(self, present: frozenset[str], *, keep_versions: bool) -> list[Forgotten]:
        """Remove what is not in the store any more: withdrawn, or past its time.

        A version that holds such a drawing goes as a whole, for without it it is another one.
        """
        self.fetched.keep(present)
        for path in (self.pulling / DRAWINGS).glob("*"):
            if path.stem not in present:
                path.unlink()
        forgotten = []
        for version in self.versions:
            if gone := tuple(item.id for item in version.items if item.id not in present):
                forgotten.append(Forgotten(version.id, gone, removed=not keep_versions))
                if not keep_versions:
                    _remove(version.folder)
        return forgotten

    def put(self, item: Item, content: bytes) -> None:
        """Put a drawing into the version that is being made."""
        (self.pulling / DRAWINGS).mkdir(parents=True, exist_ok=True)
        write_whole(self.pulling / item.file, content)

    def holds(self, item: Item, versions: Sequence[Dataset]) -> bool:
        """Whether the version being made has a drawing; one in an earlier version is taken over."""
        for folder in (self.pulling, *(version.folder for version in versions)):
            path = folder / item.file
            if path.exists() and item.is_content(content := path.read_bytes()):
                if folder != self.pulling:
                    self.put(item, content)
                return True
        return False

    def complete(self, items: Sequence[Item]) -> Dataset:
        """Make what was put a version; one of the same drawings that is there and whole stays."""
        files = {item.file for item in items}
        for path in (self.pulling / DRAWINGS).glob("*"):
            if f"{DRAWINGS}/{path.name}" not in files:
                path.unlink()
        write_manifest(self.pulling, items)
        made = read_dataset(self.pulling)
        target = self.path / made.id
        if (target / MANIFEST).exists() and not any(find_faults(read_dataset(target))):
            _remove(self.pulling)
        else:
            shutil.rmtree(target, ignore_errors=True)
            self.pulling.rename(target)
        return read_dataset(target)


@contextmanager
def open_folder(path: Path, origin: str) -> Iterator[PullFolder]:
    """Open a folder for one pull from that store.

    Raises UnusablePull where it is another store's, something else's, or another pull is at it.
    """
    _check_origin(path, origin)
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with (path / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnusablePull(path, "another pull is at work in it") from error
        write_json(path / ORIGIN, {"store": origin})
        yield PullFolder(path)


def _check_origin(path: Path, origin: str) -> None:
    if not path.exists() or not any(path.iterdir()):
        return
    try:
        found = json.loads((path / ORIGIN).read_bytes())["store"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        if {inside.name for inside in path.iterdir()} <= {LOCK}:
            return  # a pull ended before it had done anything
        raise UnusablePull(
            path, f"holds something else (no {ORIGIN}); name another --out"
        ) from error
    if found != origin:
        raise UnusablePull(path, f"was pulled from {found}; name another --out for {origin}")


def _remove(version: Path) -> None:
    """Remove a version, its manifest first, so that half of it is never taken for it."""
    (version / MANIFEST).unlink()
    shutil.rmtree(version)
