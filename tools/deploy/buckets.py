"""Buckets: whose they are, putting files there, emptying them."""

from collections.abc import Iterator
from itertools import batched
from pathlib import Path

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tools.deploy.aws import Account
from tools.deploy.errors import BucketNameTaken

AT_ONCE = 1000  # objects that one request may delete
GONE = ("404", "NoSuchBucket")
FOREIGN = ("403", "AccessDenied")


def is_ours(account: Account, bucket: str) -> bool:
    """Whether the bucket is there, in this account. Raises BucketNameTaken."""
    try:
        account.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account.id)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in GONE:
            return False
        if code in FOREIGN:
            raise BucketNameTaken(bucket) from error
        raise
    return True


def put_once(account: Account, bucket: str, key: str, path: Path) -> bool:
    """Put a file under a key that names its content; return whether it was not there yet."""
    s3 = account.client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        s3.upload_file(str(path), bucket, key)
        return True
    return False


def empty(account: Account, bucket: str) -> int:
    """Remove every object of a bucket in every version; return how many there were."""
    s3 = account.client("s3")
    removed = 0
    for batch in batched(_versions(s3, bucket), AT_ONCE):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": list(batch), "Quiet": True})
        removed += len(batch)
    return removed


def _versions(s3: BaseClient, bucket: str) -> Iterator[dict[str, str]]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in page.get("Versions", []) + page.get("DeleteMarkers", []):
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}
