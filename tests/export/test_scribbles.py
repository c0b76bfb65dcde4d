"""Made-up drawings are reproducible, of every kind, and normalise like any other."""

import numpy as np

from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from chalicelib.recognition.normalise import normalise
from export import scribbles, spoiled
from export.redraw import redraw
from export.scribbles import draw_scribbles
from export.spoiled import spoil_digits
from tests.export.small_data import draw_digits

COUNT = 400


def test_scribbles_are_the_same_for_a_seed_and_others_for_another() -> None:
    one, again, other = (draw_scribbles(30, seed) for seed in (1, 1, 2))
    assert [kind for _, kind in one] == [kind for _, kind in again]
    for (first, _), (second, _) in zip(one, again, strict=True):
        for a, b in zip(first.strokes, second.strokes, strict=True):
            np.testing.assert_array_equal(a, b)
    assert [kind for _, kind in one] != [kind for _, kind in other]


def test_every_kind_of_scribble_is_drawn_and_can_be_normalised() -> None:
    made = draw_scribbles(COUNT, seed=1)
    assert {kind for _, kind in made} == set(scribbles.KINDS)
    for drawing, kind in made:
        picture = normalise(drawing)
        assert picture.shape == (28, 28), kind
        assert picture.max() > 0.9, kind


def test_every_kind_of_spoiled_ink_is_made_and_can_be_normalised() -> None:
    made = spoil_digits(draw_digits(100, seed=1), COUNT, seed=1)
    assert {kind for _, kind in made} == {*spoiled.FROM_DIGITS, *spoiled.FROM_NOTHING}
    for drawing, kind in made:
        assert drawing.ink.min() >= 0 and drawing.ink.max() <= 1, kind  # noqa: PT018 -- one range
        assert normalise(drawing).max() > 0.5, kind


def test_another_hand_draws_nearly_the_same() -> None:
    seven = StrokeDrawing((np.array([[0.0, 0], [50, 0], [20, 80]]),))
    plain, other = normalise(seven), redraw(seven, np.random.default_rng(1))
    assert 0.01 < np.abs(plain - other).mean() < 0.15
    np.testing.assert_array_equal(other, redraw(seven, np.random.default_rng(1)))


def test_ink_is_not_drawn_again() -> None:
    ink = InkDrawing(draw_digits(1, seed=1).pictures[0].astype(np.float32) / 255)
    np.testing.assert_array_equal(redraw(ink, np.random.default_rng(1)), normalise(ink))
