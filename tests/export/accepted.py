"""Feedback in a store that was sent, judged and accepted as it is by users and reviewers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.records import Strokes
from chalicelib.learning.shelf import FeedbackShelf, Filed
from chalicelib.recognition.png import encode_picture
from chalicelib.stores.store import Store
from tests.learning.submissions import make_submission

FIRST_DAY = datetime(2026, 10, 1, 12, tzinfo=UTC)


def accept(
    store: Store,
    number: int,
    *,
    label: str | None = "7",
    day: int = 0,
    strokes: Strokes | None = None,
    as_ink: bool = False,
) -> Receipt:
    """Submit one drawing on a day and accept it; another number is another drawing."""
    submission = replace(make_submission(number, label=label), source="draw.example")
    if strokes is not None:
        submission = replace(submission, strokes=strokes)
    if as_ink:
        ink = np.zeros((28, 28), np.float32)
        ink[4:24, 10 + number % 8] = 1
        submission = replace(submission, strokes=None, picture_png=encode_picture(ink))
    receipt = FeedbackBook(store, lambda: FIRST_DAY + timedelta(days=day)).submit(submission)
    move(store, receipt.id, FeedbackStatus.QUARANTINE, FeedbackStatus.ACCEPTED)
    return receipt


def move(store: Store, feedback_id: str, from_: FeedbackStatus, to: FeedbackStatus) -> Filed:
    """Judge one piece of feedback, its label left as it is."""
    shelf = FeedbackShelf(store)
    (place,) = (place for place in shelf.places(from_) if place.id == feedback_id)
    filed = shelf.read(place)
    assert filed is not None
    return shelf.judge(filed, to, label=filed.label, by="ann", reason="reviewed")
