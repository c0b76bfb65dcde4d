"""Opens the store that a setting names."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.errors import InvalidSetting
from chalicelib.stores.directory import DirectoryStore
from chalicelib.stores.s3 import S3Store
from chalicelib.stores.store import Store, check_prefix

VARIABLE = "INKLING_FEEDBACK"
LEFTOVER_AGE = timedelta(hours=1)
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def open_store(location: str) -> Store:
    """Return the store at `location`: `s3://bucket/prefix`, else the path of a directory.

    A directory is made by its first put; what broken puts left in it an hour ago is removed now.
    Raises InvalidSetting where the location is neither, StorageUnavailable.
    """
    url = _URL.fullmatch(location)
    if url is None:
        return _open_directory(location)
    if url["scheme"] != "s3":
        raise InvalidSetting(VARIABLE, f"is {location!r}; it must be a directory or s3://bucket")
    return _open_bucket(url["rest"])


def _open_directory(location: str) -> DirectoryStore:
    if not location.strip() or "\0" in location:
        raise InvalidSetting(VARIABLE, "is empty or no path; name a directory or s3://bucket")
    root = Path(location).expanduser().absolute()
    if root.exists() and not root.is_dir():
        raise InvalidSetting(VARIABLE, f"names {root}, which is not a directory")
    store = DirectoryStore(root)
    store.sweep(datetime.now(UTC) - LEFTOVER_AGE)
    return store


def _open_bucket(address: str) -> S3Store:
    bucket, _, path = address.partition("/")
    prefix = path.rstrip("/") + "/" if path.rstrip("/") else ""
    if not _BUCKET.fullmatch(bucket):
        raise InvalidSetting(VARIABLE, f"names {bucket!r}, which no bucket can be called")
    try:
        return S3Store(bucket, check_prefix(prefix))
    except ValueError:
        raise InvalidSetting(VARIABLE, f"has {path!r} as its prefix, which is no key") from None
