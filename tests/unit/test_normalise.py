"""Wherever, however large and with whatever brush: the same digit becomes the same picture."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition.drawing import Box, InkDrawing, StrokeDrawing
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.normalise import (
    CENTRE_PX,
    ink_box,
    normalise,
    normalise_all,
    normalise_ink,
    normalise_strokes,
)
from tests.unit.digits import DIGITS, SEVEN, draw, encode, likeness

SEED = 4
strokes_of_each_digit = pytest.mark.parametrize("strokes", DIGITS.values(), ids=DIGITS.keys())


@strokes_of_each_digit
def test_strokes_give_the_same_picture_at_any_place_and_size(
    strokes: tuple[NDArray[np.float64], ...],
) -> None:
    reference = normalise_strokes(strokes)
    for scale, shift in [(1e-6, 0.0), (0.5, 1e4), (300.0, -7e5)]:
        moved = tuple(stroke * scale + shift for stroke in strokes)
        assert np.abs(normalise_strokes(moved) - reference).max() < 1e-2


@strokes_of_each_digit
def test_a_picture_fills_the_box_and_is_centred_by_mass(
    strokes: tuple[NDArray[np.float64], ...],
) -> None:
    picture = normalise_strokes(strokes)
    assert picture.shape == (28, 28)
    assert picture.dtype == np.float32
    assert picture.min() >= 0.0
    assert picture.max() <= 1.0
    rows = np.flatnonzero((picture > 0.3).any(axis=1))
    assert 19 <= np.ptp(rows) + 1 <= 21
    mass = np.array([np.arange(28) @ picture.sum(axis=1), np.arange(28) @ picture.sum(axis=0)])
    assert np.abs(mass / picture.sum() - CENTRE_PX).max() < 0.5


@strokes_of_each_digit
@pytest.mark.parametrize(("size_px", "at"), [(40, (3, 5)), (90, (180, 10)), (250, (10, 25))])
def test_an_image_gives_the_picture_of_its_strokes(
    strokes: tuple[NDArray[np.float64], ...], size_px: float, at: tuple[float, float]
) -> None:
    image = draw(strokes, size_px=size_px, at=at, brush_px=size_px / 8)
    from_image = normalise(decode_image(encode(image)))
    from_strokes = normalise_strokes(strokes)
    assert likeness(from_image, from_strokes) > 0.7


def test_a_picture_that_is_normalised_already_comes_out_as_it_went_in() -> None:
    once = normalise_ink(normalise_strokes(SEVEN))
    assert np.abs(normalise_ink(once) - once).max() < 0.02


def test_a_line_thinner_than_a_pixel_keeps_its_darkness() -> None:
    image = draw(SEVEN, side_px=900, size_px=800, brush_px=1, at=(20, 20))
    picture = normalise(decode_image(encode(image)))
    assert np.quantile(picture[picture > 0.05], 0.8) > 0.8


def test_a_dot_is_a_dot() -> None:
    picture = normalise_strokes((np.array([[5.0, 5.0]]),))
    assert 0 < picture.sum() < 12
    assert picture[CENTRE_PX, CENTRE_PX] == 1


@pytest.mark.parametrize("extent", [5e-324, 1e-309, 1e-301])
def test_what_no_float_could_enlarge_is_a_dot(extent: float) -> None:
    dot = normalise_strokes((np.array([[5.0, 5.0]]),))
    tiny = normalise_strokes((np.array([[0.0, 0.0], [extent, 0.0]]),))
    np.testing.assert_array_equal(tiny, dot)


def test_a_scribble_without_end_costs_little_memory() -> None:
    zigzag = np.stack([np.arange(50_000) % 2 * 100.0, np.arange(50_000) / 500], axis=1)
    tracemalloc.start()
    picture = normalise_strokes((zigzag,))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 16_000_000
    assert picture[5:23, 5:23].mean() > 0.5


def test_digits_wider_than_high_stay_inside_the_picture() -> None:
    picture = normalise_strokes((np.array([[0.0, 0.0], [900.0, 4.0]]),))
    columns = np.flatnonzero(picture.max(axis=0) > 0.3)
    assert columns[0] >= 3
    assert columns[-1] <= 24


@pytest.mark.parametrize(
    "drawing",
    [StrokeDrawing(()), InkDrawing(np.zeros((40, 30), np.float32))],
    ids=["no stroke", "blank"],
)
def test_a_drawing_without_ink_is_refused(drawing: StrokeDrawing | InkDrawing) -> None:
    with pytest.raises(EmptyDrawing):
        normalise(drawing)
    with pytest.raises(EmptyDrawing):
        ink_box(drawing)


def test_boxes_are_in_the_units_of_the_caller() -> None:
    assert ink_box(StrokeDrawing(SEVEN)) == Box(0.0, 0.0, 60.0, 100.0)
    ink = np.zeros((40, 30), np.float32)
    ink[10:20, 5:8] = 1
    assert ink_box(InkDrawing(ink, pixel_size=2.0)) == Box(10.0, 20.0, 6.0, 20.0)


def test_drawings_give_the_same_pictures_together_as_alone() -> None:
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    drawings = [
        StrokeDrawing(tuple(scribble(rng) for _ in range(int(rng.integers(1, 5)))))
        for _ in range(300)
    ]
    together = normalise_all(drawings)
    assert together.dtype == np.float32
    for drawing, picture in zip(drawings, together, strict=True):
        np.testing.assert_array_equal(picture, normalise(drawing))


def scribble(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a stroke of one point to thousands, some of which coincide, of any size anywhere."""
    points = rng.normal(0, 1, (int(rng.choice([1, 2, 3, 30, 3000])), 2)).repeat(2, axis=0)
    return points * 10.0 ** rng.integers(-9, 9) + rng.choice([0, 1e6])
