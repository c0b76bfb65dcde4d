"""Objects of a bucket by any key: read in ranges, as the version that was announced; put once.

What is read is the object whose ETag was announced, or nothing: If-Match goes with every range.
"""

import errno
import io
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from chalicelib.errors import StorageUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 10.0
ATTEMPTS = 4
RANGE_BYTES = 2 * 1024 * 1024
GONE = frozenset(("NoSuchKey", "NoSuchBucket", "404"))
CHANGED = frozenset(("PreconditionFailed", "InvalidRange", "412", "416"))

Result = TypeVar("Result")


class ObjectGone(Exception):
    """The object is not there any more."""


class ObjectChanged(Exception):
    """The object is another one than was announced."""


class ObjectStore:
    """The objects of one bucket, for work that nobody waits for."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def open(self, key: str, etag: str, size: int) -> BinaryIO:
        """Return the object of that ETag as a file; nothing is read yet.

        Its reads raise ObjectGone, ObjectChanged, StorageUnavailable.
        """

        def read(first: int, last: int) -> bytes:
            return self._range(key, etag, first, last)

        return io.BufferedReader(_RangedFile(read, size), RANGE_BYTES)

    def get(self, key: str) -> bytes | None:
        """Return an object, None where there is none. Raises StorageUnavailable."""

        def call(client: "BaseClient") -> bytes:
            data: bytes = client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return data

        try:
            return _attempt("get", call)
        except ObjectGone:
            return None

    def has(self, key: str) -> bool:
        """Whether there is an object. Raises StorageUnavailable."""
        try:
            _attempt("head", lambda client: client.head_object(Bucket=self._bucket, Key=key))
        except ObjectGone:
            return False
        return True

    def put_once(self, key: str, data: bytes) -> bool:
        """Put an object where none is; return False where one is. Raises StorageUnavailable."""
        put = {"Bucket": self._bucket, "Key": key, "Body": data, "IfNoneMatch": "*"}
        put["ContentType"] = "application/jsonl"
        try:
            _attempt("put", lambda client: client.put_object(**put))
        except ObjectChanged:
            return False
        return True

    def _range(self, key: str, etag: str, first: int, last: int) -> bytes:
        def call(client: "BaseClient") -> bytes:
            found = client.get_object(
                Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"', Range=f"bytes={first}-{last}"
            )
            data: bytes = found["Body"].read()
            return data

        return _attempt("get", call)


class _RangedFile(io.RawIOBase):
    """A file of which each read is a request."""

    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self._read = read
        self._size = size
        self._at = 0

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a buffer has no type in 3.11
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        data = self._read(self._at, self._at + count - 1)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, "there is nothing before the beginning")  # as files do
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _attempt(operation: str, call: "Callable[[BaseClient], Result]") -> Result:
    """Return what `call` returns; S3's refusals become what they mean."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call(_client())
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in GONE:
            raise ObjectGone from error
        if code in CHANGED:
            raise ObjectChanged from error
        raise StorageUnavailable(operation) from error
    except BotoCoreError as error:
        raise StorageUnavailable(operation) from error


@cache
def _client() -> "BaseClient":
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return boto3.session.Session().client("s3", config=config)
