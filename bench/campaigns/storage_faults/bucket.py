"""What lies in the bucket of the function, looked up past the proxy."""

from dataclasses import dataclass

from botocore.client import BaseClient

from bench.s3 import BUCKET
from chalicelib.learning.heads import Head
from chalicelib.learning.history import Current
from chalicelib.learning.keys import CURRENT_KEY, ROOT, head_key

STATUSES = f"{ROOT}/status="
ENTRY = "0" * 64  # nothing that serves reads the history


@dataclass(frozen=True)
class Bucket:
    """The part of the bucket under one prefix, which ends with '/'."""

    client: BaseClient
    prefix: str

    @property
    def location(self) -> str:
        """The function's INKLING_FEEDBACK."""
        return f"s3://{BUCKET}/{self.prefix}"

    def promote(self, head: Head) -> None:
        """Make a head the one that is current."""
        current = Current(
            entry=ENTRY, heads={head.model: head.sha256}, versions={head.model: head.model_version}
        )
        self._put(head_key(head.sha256), head.encode())
        self._put(CURRENT_KEY, current.encode())

    def feedback(self) -> dict[str, bytes]:
        """Return all records and pictures by their keys."""
        return {key: self._get(key) for key in self._keys(STATUSES)}

    def clear(self) -> None:
        """Remove all feedback with its claims and tombstones; heads stay."""
        for key in self._keys(f"{ROOT}/"):
            self.client.delete_object(Bucket=BUCKET, Key=self.prefix + key)

    def _keys(self, folder: str) -> list[str]:
        page = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix + folder)
        return [item["Key"].removeprefix(self.prefix) for item in page.get("Contents", ())]

    def _get(self, key: str) -> bytes:
        found = self.client.get_object(Bucket=BUCKET, Key=self.prefix + key)
        data: bytes = found["Body"].read()
        return data

    def _put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=self.prefix + key, Body=data)
