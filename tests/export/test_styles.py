"""Digits of other schools are drawn from a seed, with the strokes that make them what they are."""

import numpy as np

from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from export.styles import draw_styles

COUNT = 80


def test_styles_are_the_same_for_a_seed_and_can_be_normalised() -> None:
    for one, other in zip(draw_styles(COUNT, 3), draw_styles(COUNT, 3), strict=True):
        assert (one.target, one.group) == (other.target, other.group)
        np.testing.assert_array_equal(normalise(one.drawing), normalise(other.drawing))


def test_every_style_is_drawn_under_its_label() -> None:
    found = {(sample.target, sample.group) for sample in draw_styles(COUNT, 1)}
    assert found == {(1, "flagged_one"), (7, "crossed_seven"), (4, "open_four")}


def test_the_flag_of_a_one_falls_and_the_bar_of_a_seven_is_level() -> None:
    for sample in draw_styles(COUNT, 2):
        assert isinstance(sample.drawing, StrokeDrawing)
        first = sample.drawing.strokes[0]
        if sample.target == 1:
            flag, top = first[0], first[2]
            assert (flag[1] - top[1]) > 0.35 * (top[0] - flag[0])
        if sample.target == 7:
            corner = first[-3]
            assert abs(first[-4][1] - corner[1]) < 0.2 * corner[0]
            assert len(sample.drawing.strokes) == 2
