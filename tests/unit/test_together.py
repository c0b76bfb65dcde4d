"""Drawings read together get the very answers that they get alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from chalicelib.errors import EmptyDrawing, InklingError, TooManyDigits, UnknownModel
from chalicelib.recognition.classifier import Classifier, Outputs
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, StrokeDrawing
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.recognizer import Reading, Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.together import Question, recognize_all
from tests.unit.digits import DIGITS, SEVEN, draw, encode
from tests.unit.strings import set_row

MODELS = Path(__file__).parents[2] / "chalicelib" / "models"
SEED = 20


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(ModelRegistry.load(MODELS))


def alone(recognizer: Recognizer, question: Question) -> tuple[Reading, ...] | InklingError:
    drawing, model, candidates, single = question
    try:
        return recognizer.recognize(drawing, model=model, candidates=candidates, single=single)
    except InklingError as error:
        return error


def drawings(rng: Generator) -> Iterator[Drawing]:
    """Yield digits and strings as strokes, images and rasters, and what is none of them."""
    for strokes in DIGITS.values():
        yield StrokeDrawing(tuple(s + rng.normal(0, 2, s.shape) for s in strokes))
        yield decode_image(encode(draw(strokes, brush_px=float(rng.uniform(6, 30)))))
    for text in ("7310", "11", "303"):
        yield StrokeDrawing(set_row(text, int(rng.integers(-20, 40))))
        image = draw(set_row(text, -10), side_px=600, size_px=500, brush_px=20)
        yield decode_image(encode(image))
    yield InkDrawing(rng.random((28, 28), np.float32))
    yield InkDrawing(rng.random((90, 200), np.float32))
    yield StrokeDrawing((rng.normal(0, 50, (60, 2)),))


def questions() -> list[Question]:
    rng = default_rng(SEED)
    print("seed", SEED)
    return [
        Question(drawing, model, candidates, single)
        for drawing in drawings(rng)
        for model, candidates, single in ((None, 3, False), ("all", 10, False), (None, 1, True))
    ]


def same(one: object, other: object) -> bool:
    """Compare what NamedTuples hold, arrays included, to the last bit."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def rounded(answer: tuple[Reading, ...] | InklingError) -> object:
    """Return an answer with probabilities as callers get them."""
    assert not isinstance(answer, InklingError)
    return [
        (r.text, [(d.status, d.box, [(c.label, round(c.probability, 6)) for c in d.candidates])])
        for r in answer
        for d in r.digits
    ]


def test_the_answers_are_those_to_each_drawing_alone(recognizer: Recognizer) -> None:
    asked = questions()
    together = recognize_all(recognizer, asked)
    for question, answer in zip(asked, together, strict=True):
        expected = alone(recognizer, question)
        assert rounded(answer) == rounded(expected)
        assert not isinstance(answer, InklingError)
        assert not isinstance(expected, InklingError)
        for reading, other in zip(answer, expected, strict=True):
            assert reading.version == other.version
            pictures = zip(reading.digits, other.digits, strict=True)
            assert all(same(d.picture, o.picture) for d, o in pictures)


def test_what_cannot_be_read_does_not_keep_the_others(recognizer: Recognizer) -> None:
    dots = StrokeDrawing(tuple(np.array([[i * 100.0, 0.0]]) for i in range(129)))
    answers = recognize_all(
        recognizer,
        [
            Question(StrokeDrawing(())),
            Question(StrokeDrawing(SEVEN)),
            Question(StrokeDrawing(SEVEN), model="oracle"),
            Question(dots),
            Question(InkDrawing(np.zeros((64, 64), np.float32)), single=True),
        ],
    )
    empty, seven, unknown, many, blank = answers
    assert not isinstance(seven, InklingError)
    assert seven[0].text == "7"
    errors = [type(error) for error in (empty, unknown, many, blank)]
    assert errors == [EmptyDrawing, UnknownModel, TooManyDigits, EmptyDrawing]


def test_nothing_asked_is_nothing_answered(recognizer: Recognizer) -> None:
    assert recognize_all(recognizer, []) == []


def test_the_network_is_run_on_all_at_once(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    run = Classifier.run

    def count(self: Classifier, pictures: Picture) -> Outputs:
        runs.append(len(pictures))
        return run(self, pictures)

    monkeypatch.setattr(Classifier, "run", count)
    recognize_all(recognizer, [Question(StrokeDrawing(SEVEN))] * 100)
    assert runs == [100]
