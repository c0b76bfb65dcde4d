"""A store in an S3 bucket. boto3, slow to import, is imported by the first operation."""

import copy
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import cache, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self, TypeVar

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.store import (
    Blob,
    Conflict,
    Expected,
    Listed,
    check_key,
    check_prefix,
    check_size,
    require_readable,
)
from chalicelib.stores.time_limit import call_within

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

# botocore waits for 60 s by itself, longer than any caller does. No attempt begins once the budget
# is spent, and none is waited for longer than ATTEMPT_S, also where S3 sends a byte now and then:
# with 2.4 s, whatever is asked of an S3 that hangs ends within 3.9 s. Two attempts fit, so the
# second one notices a lost answer.
CONNECT_TIMEOUT_S = 1.0
READ_TIMEOUT_S = 1.4
ATTEMPT_S = 1.5
BUDGET_S = 2.4
NO_CONTENT = 204  # S3's only answer to a deletion that it has done
WHOLE_TAG = re.compile(r'(W/)?"[^"]+"')
PAUSES_S = (0.0, 0.1, 0.2)  # before each of the attempts

# What S3 says with a 400 of a request that was damaged or cut off on its way.
DAMAGED_ON_THE_WAY = frozenset(
    {"BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout"}
)
CONTENT_TYPES = {".json": "application/json", ".png": "image/png"}

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class S3Store:
    """Blobs as objects of one bucket, under an optional prefix ("" or a key and '/').

    Credentials, region and endpoint (AWS_ENDPOINT_URL_S3) come from where boto3 looks for them.
    The credentials need s3:ListBucket: without it S3 calls a missing object forbidden.
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = check_prefix(prefix)
        self._client = cache(_connect)
        self._deadline: float | None = None

    def get(self, key: str) -> Blob | None:
        """Return what lies under `key`, None where nothing does."""
        name = self._name(key)

        def call(client: "BaseClient") -> Blob:
            response = client.get_object(Bucket=self._bucket, Key=name)
            with closing(response["Body"]) as body:
                _given(response, "ContentLength")  # without which any end is the end of the body
                require_readable(response["ContentLength"])
                return Blob(body.read(), _tag(response))

        try:
            return self._attempt("get", key, call, refusals=("NoSuchKey",))
        except _Refused:
            return None

    def put(self, key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING) -> str:
        """Write `data` under `key` and return its tag; raises Conflict.

        An attempt whose answer was lost may have written, and then its own object stands in the
        next one's way: so that object is compared with `data` before it counts as a conflict. Two
        that may swap in the same bytes must therefore put something of their own into them.
        """
        put = {"Bucket": self._bucket, "Key": self._name(key), "Body": check_size(data)}
        suffix = PurePosixPath(key).suffix
        put["ContentType"] = CONTENT_TYPES.get(suffix, "application/octet-stream")
        put |= _condition(expected)

        def call(client: "BaseClient") -> str:
            return _tag(client.put_object(**put))

        try:
            return self._attempt("put", key, call, refusals=("PreconditionFailed", "NoSuchKey"))
        except _Refused as refusal:
            if refusal.attempts > 1 and (blob := self.get(key)) and blob.data == data:
                return blob.tag
            raise Conflict(key) from refusal

    def delete(self, key: str) -> None:
        """Remove what lies under `key`, if anything does."""
        where = {"Bucket": self._bucket, "Key": self._name(key)}

        def call(client: "BaseClient") -> None:
            status = client.delete_object(**where)["ResponseMetadata"]["HTTPStatusCode"]
            if status != NO_CONTENT:
                raise _Unsound(f"status {status} for a deletion")

        self._attempt("delete", key, call)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every key in the folder `prefix`, in the order of the keys."""
        where = {"Bucket": self._bucket, "Prefix": self._prefix + check_prefix(prefix)}

        def call(client: "BaseClient") -> tuple[Mapping[str, Any], bool]:
            page = client.list_objects_v2(**where)
            return page, bool(_given(page, "IsTruncated"))

        while True:
            page, goes_on = self._attempt("list", prefix, call)
            for item in page.get("Contents", ()):
                yield Listed(item["Key"].removeprefix(self._prefix), item["LastModified"])
            if not goes_on:
                return
            where["ContinuationToken"] = page["NextContinuationToken"]

    def sweep(self) -> int:
        """Return 0: a put that breaks off leaves nothing."""
        return 0

    def within(self, budget_s: float) -> Self:
        """Return this store with one deadline for all operations, instead of one for each."""
        limited = copy.copy(self)
        limited._deadline = time.monotonic() + budget_s
        return limited

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _attempt(
        self,
        operation: str,
        key: str,
        call: Callable[["BaseClient"], Result],
        refusals: tuple[str, ...] = (),
    ) -> Result:
        """Return what `call` returns, tried again while that may help and time is left.

        Raises _Refused where S3 answers with an error code of `refusals`, else StorageUnavailable.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        deadline = self._deadline or time.monotonic() + BUDGET_S
        failure: Exception | None = None
        for attempts, pause_s in enumerate(PAUSES_S, start=1):
            if time.monotonic() + pause_s > deadline:
                break
            time.sleep(pause_s)
            try:
                return call_within(ATTEMPT_S, partial(call, self._client()))
            except ClientError as error:
                if error.response["Error"]["Code"] in refusals:
                    raise _Refused(attempts) from error
                failure = error
                if not _may_pass(error):
                    break
            # botocore reads a header that was cut off as a number or a time, and so a ValueError.
            except (BotoCoreError, ResponseParserError, ValueError, OSError, _Unsound) as error:
                failure = error
        reason = failure or "no time was left"
        logger.warning("Could not %s %s in bucket %s: %s", operation, key, self._bucket, reason)
        raise StorageUnavailable(operation) from failure


class _Refused(Exception):
    """S3 says that the condition does not hold, or that the key is not there."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"S3 refused attempt {attempts}.")
        self.attempts = attempts


class _Unsound(Exception):
    """A success lacks what S3 gives with each: it was cut off, or comes of something on the way."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The answer is not S3's, or not all of it: {what}.")


def _connect() -> "BaseClient":
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"total_max_attempts": 1},  # its own pauses would outlast the budget
    )
    # boto3's default session is not safe to share between threads; a client is.
    return boto3.session.Session().client("s3", config=config)


def _given(response: Mapping[str, Any], name: str) -> object:
    """Return a field that S3 gives with each such answer. Raises _Unsound."""
    if name not in response:
        raise _Unsound(f"no {name}")
    return response[name]


def _tag(response: Mapping[str, Any]) -> str:
    """Return the whole tag in an answer, which is in quotes. Raises _Unsound."""
    tag = str(_given(response, "ETag"))
    if not WHOLE_TAG.fullmatch(tag):
        raise _Unsound(f"ETag {tag}")
    return tag


def _condition(expected: Expected | str) -> Mapping[str, str]:
    """Return the conditional header of a put as boto3 names it."""
    if isinstance(expected, str):
        return {"IfMatch": expected}
    return {"IfNoneMatch": "*"} if expected is Expected.NOTHING else {}


def _may_pass(error: "ClientError") -> bool:
    """Whether the same call may succeed a moment later.

    409 comes of conditional puts that meet: S3 asks for them to be tried again.
    """
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    on_the_way = error.response["Error"]["Code"] in DAMAGED_ON_THE_WAY
    return on_the_way or status >= 500 or status in (408, 409, 429)
