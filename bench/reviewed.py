"""Feedback as senders leave it in a store, and a review of it."""

import hashlib
import json

import numpy as np

from bench.own_digits import Strokes, own_digits
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.records import Submission
from chalicelib.learning.serving import ServedHeads
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise_strokes
from chalicelib.recognition.png import encode_picture
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Store
from export.command import MODELS_FOLDER
from export.errors import DamagedData
from export.review.queue import Queue
from export.review.session import Review

WAITING, ACCEPTED, REJECTED = FeedbackStatus


def send(store: Store, strokes: Strokes, label: str | None) -> str:
    """Leave one drawing as the page does; return the receipt."""
    paths = tuple(np.array(stroke, np.float64) for stroke in strokes)
    submission = Submission(
        picture_png=encode_picture(normalise_strokes(paths)),
        strokes=strokes,
        label=label,
        predicted={"label": "1", "probability": 0.6, "model": "cnn", "version": "0a1b2c3d"},
        model="cnn",
        version="0a1b2c3d",
        normalisation=NORMALISATION_VERSION,
        body_sha256=hashlib.sha256(json.dumps([strokes, label]).encode()).hexdigest(),
    )
    return FeedbackBook(store).submit(submission).receipt


def send_claims(store: Store, *claims: str | None) -> list[str]:
    """Send one drawing for each claim, of the digit that is one more (of 0 after "9")."""
    digits = own_digits()
    return [send(store, digits[(2 * int(claim or 0) + 2) % 20][0], claim) for claim in claims]


def send_alike(store: Store, count: int, claim: str) -> list[str]:
    """Send as many trembling copies of one drawing of a 7."""
    generator = np.random.default_rng(5)
    seven = own_digits()[14][0]
    return [
        send(
            store,
            [(np.array(s) + generator.normal(0, 0.2, np.shape(s))).tolist() for s in seven],
            claim,
        )
        for _ in range(count)
    ]


def id_of(receipt: str) -> str:
    """Return the id of the feedback that a receipt is for."""
    return receipt.split("-")[1]


def review_of(store: Store, by: str = "ann") -> Review:
    """Begin a review with the published models."""
    shelf = FeedbackShelf(store)
    registry = ModelRegistry.load(MODELS_FOLDER)
    heads = ServedHeads(registry, lambda: store)
    queue = Queue(shelf, registry, lambda _done, _whole: None, heads)
    queue.fetch(WAITING)
    return Review(shelf, queue, by)


def lying(store: Store) -> dict[str, tuple[FeedbackStatus, str | None]]:
    """Return where each piece of feedback lies, and as what, by its id."""
    shelf = FeedbackShelf(store)
    found = {}
    for status in FeedbackStatus:
        for filed in shelf.read_all(shelf.places(status)):
            if filed.place.id in found:
                raise DamagedData(filed.place.id, "lies in two places")
            found[filed.place.id] = (status, filed.label)
    return found
