"""What is kept of feedback, and its JSON. Nothing in it says who sent it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

RECORD_FORMAT = 1
CONSENT_VERSION = "1"  # counts up whenever the page asks for consent in other words

Strokes = Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody says about one drawing, checked and with their consent.

    picture_png: the drawing as a PNG of our own encoding, without metadata of the sender's.
    strokes: the pen paths as lists of [x, y], None where the drawing came as an image.
    label: what it was; None: not a digit at all.
    predicted: label, probability, model and version of the answer that was seen, or None.
    model, version, normalisation: what served at that time.
    body_sha256: digest of the request in canonical form: tells a repetition from another request.
    """

    picture_png: bytes
    strokes: Strokes | None
    label: str | None
    predicted: Mapping[str, str | float] | None
    model: str
    version: str
    normalisation: str
    body_sha256: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a feedback's JSON says.

    time: ISO 8601, UTC.
    consent: the version of the words that the sender consented to.
    receipt_sha256: digest of the receipt's secret, which itself is nowhere in the store.
    claim: key of the claim that the sender's Idempotency-Key made, None where there was none.
    """

    format: int = RECORD_FORMAT
    id: str
    time: str
    label: str | None
    predicted: dict[str, str | float] | None
    strokes: Strokes | None
    model: str
    version: str
    normalisation: str
    consent: str = CONSENT_VERSION
    receipt_sha256: str
    claim: str | None

    def encode(self) -> bytes:
        """Return the record as JSON."""
        return _encode({field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote."""
        return cls(**json.loads(data))


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Idempotency-Key stands for, written before anything else of its feedback.

    body_sha256: digest of the only body that may come with the key.
    id, time: of the feedback, so that whoever repeats the request completes the same one.
    salt: hex; with the key, which is not stored, it gives the receipt's secret.
    """

    body_sha256: str
    id: str
    time: datetime
    salt: str

    def encode(self) -> bytes:
        """Return the claim as JSON."""
        return _encode(
            {
                "body_sha256": self.body_sha256,
                "id": self.id,
                "time": self.time.isoformat(),
                "salt": self.salt,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote."""
        claim = json.loads(data)
        return cls(**claim | {"time": datetime.fromisoformat(claim["time"])})


def _encode(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
