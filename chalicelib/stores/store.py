"""The contract of a store: bytes by key, with conditional writes."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from errno import EFBIG
from typing import NamedTuple, Protocol

# Several times the largest that is put; what somebody else made larger is not read into memory.
MAX_BLOB_BYTES = 16 * 1024 * 1024
MAX_KEY_CHARACTERS = 500  # with a prefix as long, still within the 1,024 bytes of S3
_SEGMENT = r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,127}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")


class Expected(Enum):
    """What a put wants to find under its key, where that is no particular tag."""

    ANYTHING = "anything"
    NOTHING = "nothing"


class Blob(NamedTuple):
    """What lies under a key.

    tag: names this content of the key; a put that expects it fails once the content is another.
    """

    data: bytes
    tag: str


class Listed(NamedTuple):
    """One key of a listing, with the time (UTC) of its last put."""

    key: str
    modified: datetime


class Conflict(Exception):
    """A conditional put found something else than it expected; nothing was written."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} does not hold what the put expected.")
        self.key = key


class Reader(Protocol):
    """What can be read by key, as from a store."""

    def get(self, key: str) -> Blob | None:
        """Return what lies under `key`, None where nothing does.

        Raises StorageUnavailable, also for more than MAX_BLOB_BYTES.
        """


class Store(Reader, Protocol):
    """Bytes by key.

    A key is one or more segments joined by '/', and no key is another's folder. Every operation
    raises ValueError for what is no key, and StorageUnavailable where the storage fails; a put
    that failed so may have happened all the same, but never by half.
    """

    def put(self, key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING) -> str:
        """Write `data` under `key`, all or nothing, and return its tag.

        expected: what must be there for it to be written: ANYTHING, NOTHING, or the tag of a blob.
        Raises Conflict where something else is there, ValueError for more than MAX_BLOB_BYTES.
        """

    def delete(self, key: str) -> None:
        """Remove what lies under `key`, if anything does."""

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield what lies in the folder `prefix` ("" or a key and '/'), in order of the keys."""

    def sweep(self) -> int:
        """Remove what puts that broke off left behind; return how many.

        What is under way in any process is left alone.
        """

    def within(self, budget_s: float) -> "Store":
        """Return this store for one task: its operations together give up after `budget_s`.

        A store that has nobody to wait for is free to ignore the budget.
        """


def is_key(text: str) -> bool:
    """Whether `text` is a key, of at most 500 characters.

    Segments are 1 to 128 of A-Z a-z 0-9 _ . = - and do not begin with a dot, so that no key leaves
    its store, hides in it, or means something else to a file system, S3 or a URL.
    """
    return len(text) <= MAX_KEY_CHARACTERS and _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """Return `key`; raises ValueError where it is none."""
    if not is_key(key):
        raise ValueError(f"{key[:MAX_KEY_CHARACTERS]!r} is not a key")
    return key


def check_size(data: bytes) -> bytes:
    """Return `data`; raises ValueError where it is too large for a blob."""
    if len(data) > MAX_BLOB_BYTES:
        raise ValueError(f"{len(data)} bytes are too many for a blob; it holds {MAX_BLOB_BYTES}")
    return data


def require_readable(size_bytes: int | None) -> None:
    """Raise OSError where what is about to be read is too large for a blob.

    size_bytes: as announced; None where it is not, as with errors that S3 answers.
    """
    if size_bytes is not None and size_bytes > MAX_BLOB_BYTES:
        raise OSError(EFBIG, f"it holds {size_bytes} bytes, of which {MAX_BLOB_BYTES} are read")


def check_prefix(prefix: str) -> str:
    """Return `prefix`; raises ValueError where it is neither empty nor a key followed by '/'."""
    if prefix:
        check_key(prefix.removesuffix("/"))
        if not prefix.endswith("/"):
            raise ValueError(f"{prefix!r} does not end with '/'")
    return prefix
