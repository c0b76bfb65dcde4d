"""People who send feedback for `bench.round_kills`, and the reviewer who accepts some of it."""

import numpy as np

from bench.accepted import Rng
from bench.hands import Hand, draw_digit, draw_hand
from bench.round_tally import digest_of
from bench.thinned import MODEL
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.records import Submission
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise
from chalicelib.recognition.png import encode_picture
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Store

SEVEN = 7
TRIED = 20  # drawings by which a hand is judged
RING_POINTS = 24
RINGS = 3  # for each 7 that is accepted


class Senders:
    """A hand whose 7s the model misreads, and hands that draw plain rings."""

    def __init__(self, store: Store, registry: ModelRegistry, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._hand = _misread_hand(registry, self._rng)
        self._book, self._shelf = FeedbackBook(store), FeedbackShelf(store)

    def send(self, sevens: int) -> dict[str, str]:
        """Send feedback that a reviewer accepts and feedback that waits; return digests by id."""
        sent: dict[str, str] = {}
        for _ in range(sevens):
            sent |= self._send(draw_digit(self._hand, SEVEN, self._rng), "7")
        for place in self._shelf.places(FeedbackStatus.QUARANTINE):
            if place.id in sent and (filed := self._shelf.read(place)):
                self._shelf.judge(
                    filed, FeedbackStatus.ACCEPTED, label="7", by="ann", reason="reviewed"
                )
        for _ in range(RINGS):
            sent |= self._send(_ring(self._rng), "0")
        return sent

    def _send(self, drawing: StrokeDrawing, label: str) -> dict[str, str]:
        submission = Submission(
            picture_png=encode_picture(normalise(drawing)),
            strokes=[stroke.round(4).tolist() for stroke in drawing.strokes],
            label=label,
            predicted=None,
            model=MODEL,
            version="0",
            normalisation=NORMALISATION_VERSION,
            body_sha256="",
        )
        return {
            self._book.submit(submission).id: digest_of(
                submission.picture_png, submission.strokes, label
            )
        }


def _misread_hand(registry: ModelRegistry, rng: Rng) -> Hand:
    while True:
        hand = draw_hand(rng)
        drawn = np.stack([normalise(draw_digit(hand, SEVEN, rng)) for _ in range(TRIED)])
        answers = registry.model(MODEL).run(drawn).logits.argmax(axis=1)
        if 2 * (answers != SEVEN).sum() > TRIED:
            return hand


def _ring(rng: Rng) -> StrokeDrawing:
    """Draw a 0 of its own width and slant."""
    turn = np.linspace(0, 2 * np.pi, RING_POINTS)
    x, y = rng.uniform(0.5, 0.9) * np.sin(turn), np.cos(turn)
    path = np.stack([x + rng.uniform(-0.2, 0.3) * y, -y], axis=1)
    return StrokeDrawing((path + rng.normal(0, 0.03, path.shape),))
