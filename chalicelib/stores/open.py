"""Opens the store that a setting names, and imports no other."""

import re
from collections.abc import Mapping
from pathlib import Path

from chalicelib.errors import InvalidSetting, StorageUnavailable
from chalicelib.stores.store import Reader, Store, check_prefix

VARIABLE = "INKLING_FEEDBACK"
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def open_store(location: str) -> Store:
    """Return the store at `location`: `s3://bucket/prefix`, else the path of a directory.

    A directory is made by its first put; what broken puts left in it is removed now.
    Raises InvalidSetting where the location is neither, StorageUnavailable.
    """
    place = place_of(location)
    if isinstance(place, Path):
        return _open_directory(place)
    from chalicelib.stores.s3 import S3Store

    return S3Store(*place)


def open_reader(location: str, environ: Mapping[str, str]) -> Reader:
    """Return what reads the store at `location`, without boto3 where `environ` has credentials.

    Raises InvalidSetting, StorageUnavailable.
    """
    place = place_of(location)
    if isinstance(place, Path):
        return _open_directory(place)
    from chalicelib.stores.s3_reader import S3Reader, has_credentials

    if not has_credentials(environ):
        return open_store(location)
    return S3Reader(*place, environ)


def place_of(location: str) -> Path | tuple[str, str]:
    """Return the path of the directory at `location`, else the bucket and the prefix of its keys.

    Neither the disk nor the bucket is asked. Raises InvalidSetting where it can be neither.
    """
    url = _URL.fullmatch(location)
    if url is not None:
        if url["scheme"] != "s3":
            reason = f"is {location!r}; it must be a directory or s3://bucket"
            raise InvalidSetting(VARIABLE, reason)
        return _bucket_and_prefix(url["rest"])
    if not location.strip() or "\0" in location:
        raise InvalidSetting(VARIABLE, "is empty or no path; name a directory or s3://bucket")
    try:
        return Path(location).expanduser().absolute()
    except RuntimeError as error:  # of ~name, where nobody is called so
        raise InvalidSetting(VARIABLE, f"is {location!r}; {error}") from error


def _open_directory(root: Path) -> Store:
    try:
        is_no_directory = root.exists() and not root.is_dir()
    except OSError as error:
        raise StorageUnavailable("open") from error
    if is_no_directory:
        raise InvalidSetting(VARIABLE, f"names {root}, which is not a directory")
    from chalicelib.stores.directory import DirectoryStore

    store = DirectoryStore(root)
    store.sweep()
    return store


def _bucket_and_prefix(address: str) -> tuple[str, str]:
    bucket, _, path = address.partition("/")
    prefix = path.rstrip("/") + "/" if path.rstrip("/") else ""
    if not _BUCKET.fullmatch(bucket):
        raise InvalidSetting(VARIABLE, f"names {bucket!r}, which no bucket can be called")
    try:
        return bucket, check_prefix(prefix)
    except ValueError:
        raise InvalidSetting(VARIABLE, f"has {path!r} as its prefix, which is no key") from None
