"""A key is read before it is asked for, once; errors reach the asker."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.directory import DirectoryStore
from chalicelib.stores.read_ahead import ReadAhead
from chalicelib.stores.store import Blob, Expected, Reader

KEY, OTHER = "learning/v1/current.json", "learning/v1/other.json"
WAIT_S = 30


class Watched:
    """A directory's reader that counts what is read, and may fail first."""

    def __init__(self, root: Path, *, failures: int = 0) -> None:
        self.store = DirectoryStore(root)
        self.reads: Counter[str] = Counter()
        self.begun = threading.Event()
        self._failures = failures

    def get(self, key: str) -> Blob | None:
        """Read from the directory, after so many failures."""
        self.reads[key] += 1
        self.begun.set()
        if sum(self.reads.values()) <= self._failures:
            raise StorageUnavailable("get")
        return self.store.get(key)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    reader = Watched(tmp_path)
    for key in (KEY, OTHER):
        reader.store.put(key, key.encode(), expected=Expected.NOTHING)
    return reader


def test_the_key_is_read_before_anybody_asks_and_only_once(watched: Watched) -> None:
    ahead = ReadAhead(lambda: watched, KEY)
    assert watched.begun.wait(WAIT_S)
    found = ahead.get(KEY)
    assert found is not None
    assert found.data == KEY.encode()
    assert watched.reads == {KEY: 1}


def test_a_later_reading_sees_what_has_changed_since(watched: Watched) -> None:
    ahead = ReadAhead(lambda: watched, KEY)
    ahead.get(KEY)
    watched.store.put(KEY, b"changed", expected=Expected.ANYTHING)
    found = ahead.get(KEY)
    assert found is not None
    assert found.data == b"changed"


def test_another_key_is_read_as_ever(watched: Watched) -> None:
    found = ReadAhead(lambda: watched, KEY).get(OTHER)
    assert found is not None
    assert found.data == OTHER.encode()


def test_a_failure_reaches_the_first_asker_and_the_next_tries_anew(tmp_path: Path) -> None:
    ahead = ReadAhead(lambda: Watched(tmp_path, failures=0), KEY)
    assert ahead.get(KEY) is None
    failing = Watched(tmp_path, failures=1)
    ahead = ReadAhead(lambda: failing, KEY)
    with pytest.raises(StorageUnavailable):
        ahead.get(KEY)
    assert ahead.get(KEY) is None


def test_a_reader_that_cannot_be_opened_is_opened_anew(watched: Watched) -> None:
    readers: list[Reader] = [watched]

    def open_second_time() -> Reader:
        if readers:
            readers.clear()
            raise StorageUnavailable("open")
        return watched

    ahead = ReadAhead(open_second_time, KEY)
    with pytest.raises(StorageUnavailable):
        ahead.get(KEY)
    assert ahead.get(KEY) is not None
