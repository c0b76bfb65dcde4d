"""What models answer to a set of drawings, to be compared bit by bit."""

import numpy as np

from bench.hands import draw_digit, draw_hand
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing
from chalicelib.recognition.manifest import ALL_MODELS
from chalicelib.recognition.recognizer import Reading, Recognizer

HANDS = 3
SEED = 5  # of the drawings, which are always the same
MOST = 10  # guesses for each digit: all

Answers = tuple[object, ...]


def drawings() -> list[Drawing]:
    """Return digits of some hands, two of them side by side, and ink."""
    rng = np.random.default_rng(SEED)
    drawn = [draw_digit(draw_hand(rng), digit, rng) for _ in range(HANDS) for digit in (1, 7)]
    beside = tuple(stroke + np.array([1.5, 0.0]) for stroke in drawn[1].strokes)
    ink = rng.random((20, 12), np.float32)
    return [*drawn, StrokeDrawing(drawn[0].strokes + beside), InkDrawing(ink)]


def answers_of(recognizer: Recognizer, drawn: list[Drawing], model: str = ALL_MODELS) -> Answers:
    """Return all that is answered to drawings, by one model or all, in full. Raises as it does."""
    return tuple(
        _comparable(reading)
        for drawing in drawn
        for reading in recognizer.recognize(drawing, model=model, candidates=MOST)
    )


def _comparable(reading: Reading) -> tuple[object, ...]:
    digits = tuple((*digit[:-1], digit.picture.tobytes()) for digit in reading.digits)
    return reading.model, reading.version, digits
