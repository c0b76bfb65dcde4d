"""Objects that wait to be read, and what is put beside them.

Under batch/out/, in the folder of the input, lies for each content of an input a folder of its
own. Its `manifest.jsonl` begins with a line that says what the input is and which parts it has;
the results of an input of one part follow at once. Those of the others lie in `000001.jsonl` and
so on. Each is put once, whoever comes first, and never changed.

That a content was gone, or was another one by then, is no result of it: it may be put again. So it
is told in a file of its own, `missed.jsonl` or `000001.missed.jsonl`, which keeps no result away.
"""

import hashlib
import json
from typing import NamedTuple, Self

from chalicelib.batch.plan import Kind, Plan, Span

INPUTS = "batch/in/"
RESULTS = "batch/out/"
MANIFEST = "manifest.jsonl"
MISSED = "missed.jsonl"
NO_FOLDER = "-"
ID_CHARACTERS = 32


class Source(NamedTuple):
    """One content of an object that was put under batch/in/; size in bytes."""

    bucket: str
    key: str
    etag: str
    size: int

    @property
    def folder(self) -> str:
        """Where its results lie; the same key with another content has another folder."""
        job, slash, _ = self.key.removeprefix(INPUTS).partition("/")
        digest = hashlib.sha256(f"{self.key}\0{self.etag}".encode()).hexdigest()
        return f"{RESULTS}{job if slash else NO_FOLDER}/{digest[:ID_CHARACTERS]}/"

    @property
    def manifest(self) -> str:
        """Return the key of its manifest."""
        return self.folder + MANIFEST

    def part(self, number: int) -> str:
        """Return the key of the results of a part, numbered from 1."""
        return f"{self.folder}{number:06d}.jsonl"

    def missed(self, part: int | None = None) -> str:
        """Return the key of what tells that the content, or a part of it, was not there."""
        return self.folder + (f"{part:06d}.{MISSED}" if part else MISSED)


class Manifest(NamedTuple):
    """The first line of a manifest.

    inputs: how many drawings there are. spans: of the parts, none where the results follow.
    """

    key: str
    etag: str
    size: int
    kind: Kind | None
    inputs: int
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, source: Source, plan: Plan) -> Self:
        """Return that of an input."""
        spans = plan.spans if len(plan.spans) > 1 else ()
        return cls(source.key, source.etag, source.size, plan.kind, plan.inputs, spans)

    @classmethod
    def of_unusable(cls, source: Source) -> Self:
        """Return that of an input which has one result: why it has no others."""
        return cls(source.key, source.etag, source.size, None, 1, ())

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return what a manifest begins with."""
        fields = json.loads(data.partition(b"\n")[0])
        spans = tuple(Span(*span) for span in fields["parts"])
        kind = Kind(fields["kind"]) if fields["kind"] else None
        return cls(fields["input"], fields["etag"], fields["size"], kind, fields["inputs"], spans)

    def line(self) -> bytes:
        """Return it as the line of JSON that it is."""
        fields = {
            "input": self.key,
            "etag": self.etag,
            "size": self.size,
            "kind": self.kind,
            "inputs": self.inputs,
            "parts": self.spans,
        }
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"
