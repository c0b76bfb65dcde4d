"""What comes through the queue: S3's word of new objects, and parts of inputs that were planned."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import unquote_plus

from chalicelib.batch.errors import UnknownMessage
from chalicelib.batch.inbox import INPUTS, Source
from chalicelib.batch.plan import Kind, Span

TEST_EVENT = "s3:TestEvent"  # sent once, when S3 is told of the queue
CREATED = "ObjectCreated:"


class PartMessage(NamedTuple):
    """Tells that one part of an input waits; number: of the part, from 1."""

    source: Source
    kind: Kind
    number: int
    span: Span

    def body(self) -> str:
        """Return the body of the message."""
        return json.dumps({"part": self._asdict()})

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Return what `body` was made of. Raises KeyError, TypeError, ValueError."""
        bucket, key, etag, size = fields["source"]
        return cls(
            Source(bucket, key, etag, int(size)),
            Kind(fields["kind"]),
            int(fields["number"]),
            Span(*map(int, fields["span"])),
        )


def parse_message(body: str) -> list[Source | PartMessage]:
    """Return the objects and parts that a message tells of. Raises UnknownMessage."""
    try:
        fields = json.loads(body)
        if "part" in fields:
            return [PartMessage.of(fields["part"])]
        if fields.get("Event") == TEST_EVENT:
            return []
        return list(_created(fields["Records"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownMessage(f"{type(error).__name__}: {error}") from error


def _created(records: list[dict[str, Any]]) -> Iterator[Source]:
    for record in records:
        found = record["s3"]["object"]
        key, size = unquote_plus(found["key"]), int(found["size"])
        if not key.startswith(INPUTS) or not record["eventName"].startswith(CREATED):
            raise UnknownMessage(f"{record['eventName']} of {key} is none of an input")
        if not (key.endswith("/") and size == 0):  # what consoles take for a folder
            yield Source(record["s3"]["bucket"]["name"], key, found["eTag"].strip('"'), size)
