"""Feedback put into a store as if it had been sent, and accepted by a reviewer."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.records import Record, Verdict
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, StrokeDrawing
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise
from chalicelib.recognition.png import encode_picture
from chalicelib.stores.store import Store

Rng = np.random.Generator

FIRST_DAY = datetime(2026, 10, 1, tzinfo=UTC)
TREMBLE, TURN_DEG, LEAN = 0.008, 6.0, 0.1  # of a drawing that somebody makes again


@dataclass(frozen=True, slots=True)
class Claim:
    """A drawing and what somebody says that it is; None: no digit. day: since the first."""

    drawing: Drawing
    label: str | None
    day: int = 0
    source: str | None = None


def put_claims(store: Store, claims: Iterable[Claim], *, accepted: bool = True) -> list[str]:
    """Put feedback into the store, accepted or in quarantine; return the ids."""
    return [_put(store, claim, number, accepted=accepted) for number, claim in enumerate(claims)]


def drawn_again(drawing: Drawing, rng: Rng) -> Drawing:
    """Return a drawing as the same hand would make it another time; ink stays as it is."""
    if not isinstance(drawing, StrokeDrawing):
        return drawing
    angle = np.radians(rng.uniform(-TURN_DEG, TURN_DEG))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    lean = np.array([[1.0, 0.0], [rng.uniform(-LEAN, LEAN), 1.0]])
    size = float(np.ptp(np.concatenate(drawing.strokes), axis=0).max())
    return StrokeDrawing(
        tuple(
            stroke @ lean @ turn + rng.normal(0, TREMBLE * size, stroke.shape)
            for stroke in drawing.strokes
        )
    )


def _put(store: Store, claim: Claim, number: int, *, accepted: bool) -> str:
    time = FIRST_DAY + timedelta(days=claim.day, seconds=number % 86_400)
    ink, strokes = _kept(claim.drawing)
    record = Record(
        id=secrets.token_hex(16),
        time=time.isoformat(),
        label=claim.label,
        predicted=None,
        strokes=strokes,
        model="cnn",
        version="0",
        normalisation=NORMALISATION_VERSION,
        receipt_sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        claim=None,
        source=claim.source,
    )
    status = FeedbackStatus.ACCEPTED if accepted else FeedbackStatus.QUARANTINE
    if accepted:
        verdict = Verdict(
            status=status,
            label=claim.label,
            by="bench",
            reason="reviewed",
            time=time.isoformat(),
            revision=1,
        )
        record = replace(record, verdict=verdict)
    place = FeedbackPlace(status, time.date(), record.id)
    store.put(place.picture_key, encode_picture(ink))
    store.put(place.record_key, record.encode())
    return record.id


def _kept(drawing: Drawing) -> tuple[Picture, list[list[list[float]]] | None]:
    """Return the picture and the strokes that are kept of a drawing."""
    if isinstance(drawing, InkDrawing):
        return drawing.ink, None
    return normalise(drawing), [stroke.round(2).tolist() for stroke in drawing.strokes]
