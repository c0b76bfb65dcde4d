"""What lies in the bucket of the function, looked up past the proxy."""

from dataclasses import dataclass

from botocore.client import BaseClient

from chalicelib.learning.current import Current
from chalicelib.learning.heads import Head
from chalicelib.learning.keys import CURRENT_KEY, ROOT, head_key

PREFIX = "inkling/"
STATUSES = f"{ROOT}/status="
ENTRY = "0" * 64  # nothing that serves reads the history


@dataclass(frozen=True)
class Bucket:
    """A bucket of its own: the server lists none while others write to it."""

    client: BaseClient
    name: str

    @property
    def location(self) -> str:
        """The function's INKLING_FEEDBACK."""
        return f"s3://{self.name}/{PREFIX}"

    def make(self) -> None:
        """Make the bucket."""
        self.client.create_bucket(Bucket=self.name)

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
            self.client.delete_object(Bucket=self.name, Key=PREFIX + key)

    def _keys(self, folder: str) -> list[str]:
        page = self.client.list_objects_v2(Bucket=self.name, Prefix=PREFIX + folder)
        return [item["Key"].removeprefix(PREFIX) for item in page.get("Contents", ())]

    def _get(self, key: str) -> bytes:
        found = self.client.get_object(Bucket=self.name, Key=PREFIX + key)
        data: bytes = found["Body"].read()
        return data

    def _put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=PREFIX + key, Body=data)
