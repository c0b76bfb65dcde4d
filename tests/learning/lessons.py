"""Accepted feedback for the tests of rounds: digits in a hand that the models misread."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.records import Record, Verdict
from chalicelib.recognition.drawing import Points
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise_strokes
from chalicelib.recognition.png import encode_picture
from chalicelib.stores.store import Store

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
Strokes = tuple[Points, ...]


def odd_seven(rng: np.random.Generator) -> Strokes:
    """Draw a 7 with a foot and two bars across, as nobody whom the models learnt from."""
    width, lean = rng.uniform(40, 60), rng.uniform(10, 30)
    path = [[0, 0], [width, 0], [width - lean, 100], [width - lean + 25, 100]]
    bars = [[[width - lean - 30, y], [width - lean + 35, y + rng.uniform(-4, 4)]] for y in (38, 62)]
    paths = [np.array(points, np.float64) for points in (path, *bars)]
    return tuple(points + rng.normal(0, 1.5, points.shape) for points in paths)


def accept(
    store: Store, strokes: Strokes, label: str | None, number: int, *, source: str | None = None
) -> Record:
    """Put a drawing into the store as a reviewer who accepted it leaves it."""
    time = START + timedelta(minutes=number)
    record = Record(
        id=secrets.token_hex(16),
        time=time.isoformat(),
        label=label,
        predicted=None,
        strokes=[stroke.tolist() for stroke in strokes],
        model="cnn",
        version="5f0c2a91",
        normalisation=NORMALISATION_VERSION,
        receipt_sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        claim=None,
        source=source,
    )
    verdict = Verdict(
        status=FeedbackStatus.ACCEPTED,
        label=label,
        by="ann",
        reason="reviewed",
        time=time.isoformat(),
        revision=1,
    )
    place = FeedbackPlace(FeedbackStatus.ACCEPTED, time.date(), record.id)
    store.put(place.picture_key, encode_picture(normalise_strokes(strokes)))
    store.put(place.record_key, replace(record, verdict=verdict).encode())
    return record
