"""The page in its bucket: one folder for each content, and an index that points to it.

Everything but the index lies under a name made of the content, so browsers keep it for ever, and
whoever has the page open while it is replaced goes on with the files that belong together.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from tools.deploy.aws import Account
from tools.serve_page import CONFIG, CONTENT_TYPES, FRONTEND, INDEX

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
KEEP_OLD = timedelta(days=1)  # for who has the page open
# The page's own origin, under whichever of its names it was opened.
CONFIG_HERE = """\
/** Where the API answers: beside the page. */
export const apiUrl = new URL("/api", import.meta.url).href;
"""
_LINK = re.compile(r'\b(href|src)="([a-z0-9.-]+)"')


def page_files(folder: Path = FRONTEND) -> dict[str, bytes]:
    """Return the files of the page by their keys; the index is the last."""
    files = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.suffix in CONTENT_TYPES
    }
    index = files.pop(INDEX).decode()
    files[CONFIG] = CONFIG_HERE.encode()
    version = _version(files)
    linked = _LINK.sub(lambda found: _moved(found, files, version), index)
    keyed = {f"{version}/{name}": data for name, data in files.items()}
    return keyed | {INDEX: linked.encode()}


def publish(account: Account, bucket: str, folder: Path = FRONTEND) -> int:
    """Put what is not there yet, the index last, then remove what is old; return how many."""
    s3 = account.client("s3")
    files = page_files(folder)
    there = {found["Key"]: found["ETag"].strip('"') for found in _listed(s3, bucket)}
    new = [key for key, data in files.items() if there.get(key) != _md5(data)]
    for key in new:
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=files[key],
            ContentType=CONTENT_TYPES[Path(key).suffix],
            CacheControl=ASK_AGAIN if key == INDEX else FOR_EVER,
        )
    _remove_old(s3, bucket, files)
    return len(new)


def _moved(link: re.Match[str], files: dict[str, bytes], version: str) -> str:
    attribute, name = link.groups()
    return f'{attribute}="{version}/{name}"' if name in files else link[0]


def _version(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()[:16]


def _md5(data: bytes) -> str:
    """Return the ETag that S3 gives an object that is put in one part and encrypted by S3."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _listed(s3: BaseClient, bucket: str) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from page.get("Contents", ())


def _remove_old(s3: BaseClient, bucket: str, files: dict[str, bytes]) -> None:
    before = datetime.now(UTC) - KEEP_OLD
    for found in _listed(s3, bucket):
        if found["Key"] not in files and found["LastModified"] < before:
            s3.delete_object(Bucket=bucket, Key=found["Key"])
