"""One piece of feedback as it lies in the store: record, picture, and the drawing in them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chalicelib.errors import DamagedFeedback, InvalidImage
from chalicelib.learning.keys import FeedbackPlace
from chalicelib.learning.records import Record, Strokes, Verdict
from chalicelib.learning.withdrawal import is_withdrawn
from chalicelib.recognition.drawing import Drawing, InkDrawing, Points, StrokeDrawing
from chalicelib.recognition.png import decode_picture
from chalicelib.stores.store import Store


@dataclass(frozen=True, slots=True)
class Filed:
    """Feedback as it was read.

    drawing: the strokes, or the picture's ink where it came as an image.
    tag: of the record's blob, by which a move notices that another came first.
    """

    place: FeedbackPlace
    record: Record
    picture_png: bytes = field(repr=False)
    drawing: Drawing = field(repr=False, compare=False)
    tag: str = field(repr=False)

    @property
    def label(self) -> str | None:
        """What the drawing is: as judged, else as claimed; None: no digit."""
        verdict = self.record.verdict
        return verdict.label if verdict else self.record.label

    @property
    def revision(self) -> int:
        """How often it was judged."""
        return self.record.verdict.revision if self.record.verdict else 0

    @property
    def content_sha256(self) -> str:
        """Digest of what was drawn: the same for equal drawings, whatever was said of them."""
        strokes = self.record.strokes
        if strokes is None:
            return hashlib.sha256(self.picture_png).hexdigest()
        return hashlib.sha256(json.dumps(strokes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a piece of feedback without its drawing, of which some fill a machine.

    claimed: what its sender said that it is. The rest is as in Filed and Record.
    """

    place: FeedbackPlace
    tag: str
    content_sha256: str
    label: str | None
    claimed: str | None
    predicted: Mapping[str, str | float] | None
    source: str | None
    time: str
    verdict: Verdict | None

    @classmethod
    def of(cls, filed: Filed) -> "Card":
        """Return that of a piece of feedback."""
        record = filed.record
        return cls(
            place=filed.place,
            tag=filed.tag,
            content_sha256=filed.content_sha256,
            label=filed.label,
            claimed=record.label,
            predicted=record.predicted,
            source=record.source,
            time=record.time,
            verdict=record.verdict,
        )


def read_filed(store: Store, place: FeedbackPlace) -> Filed | None:
    """Return what lies at a place; None where nothing does, or it is on its way elsewhere.

    Raises DamagedFeedback, StorageUnavailable.
    """
    found = read_record(store, place)
    if found is None or destination(place, found[0]) != place:
        return None
    record, tag = found
    picture = store.get(place.picture_key)
    if picture is None:
        again = store.get(place.record_key)  # it may have gone, or begun to, between the two reads
        if again is None or again.tag != found[1] or is_withdrawn(store, place.id):
            return None
        raise DamagedFeedback(place.picture_key, "it is missing")
    return Filed(place, record, picture.data, _drawing(place, record, picture.data), tag)


def read_record(store: Store, place: FeedbackPlace) -> tuple[Record, str] | None:
    """Return the record at a place and its tag. Raises DamagedFeedback, StorageUnavailable."""
    blob = store.get(place.record_key)
    if blob is None:
        return None
    record = Record.decode(blob.data, place.record_key)
    if record.id != place.id:
        raise DamagedFeedback(place.record_key, f"it is about {record.id}")
    return record, blob.tag


def destination(place: FeedbackPlace, record: Record) -> FeedbackPlace:
    """Return where the record at a place belongs: there, unless a move has yet to be completed."""
    if record.verdict is None:
        return place
    return FeedbackPlace(record.verdict.status, place.day, place.id)


def _drawing(place: FeedbackPlace, record: Record, picture_png: bytes) -> Drawing:
    if record.strokes is not None:
        return StrokeDrawing(_paths(place, record.strokes))
    try:
        return InkDrawing(decode_picture(picture_png))
    except InvalidImage as error:
        raise DamagedFeedback(place.picture_key, error.reason) from error


def _paths(place: FeedbackPlace, strokes: Strokes) -> tuple[Points, ...]:
    try:
        paths = tuple(np.array(stroke, np.float64).reshape(len(stroke), 2) for stroke in strokes)
    except (ValueError, TypeError, OverflowError) as error:
        raise DamagedFeedback(place.record_key, f"its strokes are none ({error})") from error
    if not paths or not all(path.size and np.isfinite(path).all() for path in paths):
        raise DamagedFeedback(place.record_key, "its strokes hold no points, or none that are")
    return paths
