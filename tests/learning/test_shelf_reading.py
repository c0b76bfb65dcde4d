"""What is read of a shelf: drawings, in order, and what is damaged."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import FeedbackPlace
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from chalicelib.recognition.png import encode_picture
from chalicelib.stores.store import Store
from tests.learning.shelves import QUARANTINE
from tests.learning.submissions import make_submission, stored


def test_drawings_come_from_strokes_or_else_from_the_picture(
    book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    ink = np.linspace(0, 1, 12 * 9, dtype=np.float32).reshape(12, 9)
    for _ in range(2):
        book.submit(make_submission(1))
        book.submit(replace(make_submission(2), strokes=None, picture_png=encode_picture(ink)))
    filed = list(shelf.read_all(shelf.places(QUARANTINE)))
    drawings = [one.drawing for one in filed]
    for drawing in drawings:
        if isinstance(drawing, StrokeDrawing):
            assert drawing.strokes[0].tolist() == [[1.0, 2.5], [3.0, 1.0]]
        else:
            assert isinstance(drawing, InkDrawing)
            assert np.abs(drawing.ink - ink).max() < 1 / 255
    assert len({one.content_sha256 for one in filed}) == 2


def test_reading_all_keeps_the_order_and_leaves_out_what_has_gone(
    book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    receipts = [book.submit(make_submission(n)) for n in range(40)]
    places = shelf.places(QUARANTINE)
    book.withdraw(receipts[7].receipt)
    read = [filed.place for filed in shelf.read_all(places, workers=3)]
    assert read == [place for place in places if place.id != receipts[7].id]


def spoil_record(store: Store, place: FeedbackPlace) -> None:
    store.put(place.record_key, b'{"format": 2, "id"')


def spoil_picture(store: Store, place: FeedbackPlace) -> None:
    store.put(place.picture_key, b"\x89PNG\r\n\x1a\n and then nothing")


def lose_picture(store: Store, place: FeedbackPlace) -> None:
    store.delete(place.picture_key)


def spoil_strokes(store: Store, place: FeedbackPlace) -> None:
    blob = store.get(place.record_key)
    assert blob is not None
    record = json.loads(blob.data) | {"strokes": [[[1.0], [2.0, "x"]]]}
    store.put(place.record_key, json.dumps(record).encode())


@pytest.mark.parametrize("spoil", [spoil_record, spoil_picture, lose_picture, spoil_strokes])
def test_what_is_damaged_is_named_left_out_and_left_there(
    store: Store,
    book: FeedbackBook,
    shelf: FeedbackShelf,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Store, FeedbackPlace], None],
) -> None:
    picture = encode_picture(np.ones((9, 9), np.float32))
    bad: Receipt = book.submit(replace(make_submission(1), strokes=None, picture_png=picture))
    good = book.submit(make_submission(2))
    (place,) = [place for place in shelf.places(QUARANTINE) if place.id == bad.id]
    spoil(store, place)
    before = stored(store)
    with caplog.at_level(logging.WARNING):
        (read,) = shelf.read_all(shelf.places(QUARANTINE))
    assert read.record.id == good.id
    assert bad.id in caplog.text
    FeedbackShelf(store, lambda: datetime.now(UTC) + timedelta(days=2)).tidy()
    assert stored(store) == before
