"""What is kept of feedback, and its JSON. Nothing in it says who sent it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self

from chalicelib.errors import DamagedFeedback
from chalicelib.learning.keys import FeedbackStatus

RECORD_FORMAT = 2  # 1 had neither source nor verdict
READ_FORMATS = (1, RECORD_FORMAT)
CONSENT_VERSION = "2"  # counts up with the page's words, and with the key of consent.js

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
    source: host of the page that it was sent from (a site, not a person), None where none is named.
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
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of feedback: where it was moved to, by whom and why.

    label: as judged: the claimed one, or another where it was relabelled; None: no digit.
    by: "rules", or a reviewer's name.
    reason: a short word for programs, such as "models_agree", "duplicate" or "reviewed".
    time: ISO 8601, UTC.
    revision: counts the verdicts on this feedback from 1.
    """

    status: FeedbackStatus
    label: str | None
    by: str
    reason: str
    time: str
    revision: int

    def __post_init__(self) -> None:
        """Raise ValueError or TypeError for what cannot be."""
        datetime.fromisoformat(self.time)
        FeedbackStatus(self.status)
        texts = (self.by, self.reason, self.label or "")
        if type(self.revision) is not int or self.revision < 1:
            raise ValueError(f"revision is {self.revision!r}")
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("label, by or reason is no text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a feedback's JSON says.

    time: ISO 8601, UTC.
    consent: the version of the words that the sender consented to.
    receipt_sha256: digest of the receipt's secret, which itself is nowhere in the store.
    claim: key of the claim that the sender's Idempotency-Key made, None where there was none.
    source: host of the page that it was sent from, None where none was named.
    verdict: the latest one, None where nobody has judged it yet.
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
    source: str | None = None
    verdict: Verdict | None = None

    def encode(self) -> bytes:
        """Return the record as JSON."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.verdict:
            content["verdict"] = asdict(self.verdict)
        return _encode(content | {"format": RECORD_FORMAT})

    @classmethod
    def decode(cls, data: bytes, key: str) -> Self:
        """Read what `encode` wrote; `key` names it where that fails. Raises DamagedFeedback."""
        try:
            content = json.loads(data)
            if content["format"] not in READ_FORMATS:
                raise DamagedFeedback(key, f"its format is {content['format']!r}")
            if content.get("verdict") is not None:
                content["verdict"] = _verdict(content["verdict"])
            record = cls(**content)
            _require_sound(record)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DamagedFeedback(key, f"it cannot be read ({error!r})") from error
        return record


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


def _verdict(content: dict[str, Any]) -> Verdict:
    return Verdict(**content | {"status": FeedbackStatus(content["status"])})


def _require_sound(record: Record) -> None:
    """Raise TypeError or ValueError where a field that others rely on is of another kind."""
    texts = (record.id, record.model, record.version, record.normalisation, record.receipt_sha256)
    perhaps = (record.label, record.claim, record.source)
    if not all(isinstance(text, str) for text in (*texts, *(p for p in perhaps if p is not None))):
        raise TypeError("a field is no text")
    if not isinstance(record.predicted, dict | None) or not isinstance(record.strokes, list | None):
        raise TypeError("predicted or strokes is of another kind")
    datetime.fromisoformat(record.time)


def _encode(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
