"""What is answered for a drawing: by which model, how sure, with which candidates."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.errors import UnknownModel
from chalicelib.recognition.classifier import Classifier, Outputs
from chalicelib.recognition.drawing import Box, Picture, StrokeDrawing
from chalicelib.recognition.recognizer import (
    Reading,
    Recognizer,
    Status,
    decide,
    probabilities_of,
)
from chalicelib.recognition.registry import ModelRegistry
from tests.unit.digits import SEVEN
from tests.unit.strings import set_row

MODELS = Path(__file__).parents[2] / "chalicelib" / "models"


def published() -> Recognizer:
    """Return a recognizer over the published models."""
    return Recognizer(ModelRegistry.load(MODELS))


recognizer = pytest.fixture(published, scope="module")


def test_the_default_model_answers_unless_another_is_named(recognizer: Recognizer) -> None:
    default = recognizer.registry.default
    (reading,) = recognizer.recognize(StrokeDrawing(SEVEN))
    assert (reading.model, reading.text) == (default, "7")
    other = recognizer.registry.names[-1]
    assert recognizer.recognize(StrokeDrawing(SEVEN), model=other)[0].model == other


def test_all_models_read_the_same_digits_the_default_first(recognizer: Recognizer) -> None:
    readings = recognizer.recognize(StrokeDrawing(set_row("7310", 30)), model="all")
    assert tuple(reading.model for reading in readings) == recognizer.registry.names
    boxes = [[digit.box for digit in reading.digits] for reading in readings]
    assert all(other == boxes[0] for other in boxes)
    assert len(boxes[0]) == 4


def test_the_default_model_does_not_see_a_digit_twice(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Picture] = []
    run = Classifier.run

    def record(self: Classifier, pictures: Picture) -> Outputs:
        seen.extend(pictures)
        return run(self, pictures)

    monkeypatch.setattr(Classifier, "run", record)
    (reading,) = recognizer.recognize(StrokeDrawing(set_row("7310", 30)))
    assert len({picture.tobytes() for picture in seen}) == len(seen)
    assert all(any(np.array_equal(d.picture, p) for p in seen) for d in reading.digits)


def test_a_drawing_said_to_be_one_digit_is_not_parted(recognizer: Recognizer) -> None:
    strokes = StrokeDrawing(set_row("73", 40))
    (reading,) = recognizer.recognize(strokes, single=True)
    assert len(reading.digits) == 1
    assert reading.text == "?"


def test_an_unknown_model_is_refused(recognizer: Recognizer) -> None:
    with pytest.raises(UnknownModel):
        recognizer.recognize(StrokeDrawing(SEVEN), model="oracle")


@pytest.mark.parametrize("count", [1, 3, 10])
def test_there_are_as_many_candidates_as_asked_for_best_first(
    recognizer: Recognizer, count: int
) -> None:
    (reading,) = recognizer.recognize(StrokeDrawing(SEVEN), candidates=count)
    (digit,) = reading.digits
    probabilities = [candidate.probability for candidate in digit.candidates]
    assert len(probabilities) == count
    assert probabilities == sorted(probabilities, reverse=True)
    assert (digit.label, digit.probability) == (digit.candidates[0].label, probabilities[0])


@pytest.mark.parametrize(
    ("best", "second", "status", "text"),
    [
        (0.998, 0.001, Status.RECOGNIZED, "4"),
        (0.50, 0.49, Status.UNSURE, "?"),
        (0.02, 0.01, Status.NOT_A_DIGIT, "?"),
    ],
)
def test_the_status_follows_from_the_thresholds(
    recognizer: Recognizer, best: float, second: float, status: Status, text: str
) -> None:
    entry = recognizer.registry.entry(recognizer.registry.default)
    p = np.zeros(len(entry.labels) + 1)
    p[4], p[9], p[-1] = best, second, 1 - best - second
    digit = decide(p, entry, 2, Box(0, 0, 1, 1), np.zeros((28, 28), np.float32))
    assert digit.status is status
    assert [candidate.label for candidate in digit.candidates] == ["4", "9"]
    assert Reading("cnn", "0", (digit,)).text == text


def test_a_higher_temperature_makes_less_sure() -> None:
    logits = np.array([[4.0, 1.0, 0.0], [900.0, -900.0, 0.0]], np.float32)
    cold, warm = probabilities_of(logits, 1.0), probabilities_of(logits, 3.0)
    assert np.allclose(cold.sum(axis=1), 1)
    assert warm[0].max() < cold[0].max()
    assert np.isfinite(cold).all()
