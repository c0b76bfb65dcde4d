"""Points along a path are where numpy's own interpolation has them, whichever path it is."""

import numpy as np
import pytest

from chalicelib.recognition.pen import MOST_POINTS, SPACING_PX
from chalicelib.recognition.pens import (
    Paths,
    distances_along,
    most_points,
    resample,
    space_evenly,
)

SEED = 6


@pytest.mark.parametrize("count", [2, 7, 400], ids="{} points".format)
def test_paths_are_sampled_as_numpy_interpolates(count: int) -> None:
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    strokes = [rng.normal(0, 5, (length, 2)).repeat(2, axis=0) for length in (1, 2, 50, 1, 9)]
    paths = Paths.of([strokes[:2], strokes[2:]])
    sampled = resample(paths, distances_along(paths), [count] * len(strokes))
    assert sampled.owners == [0, 0, 1, 1, 1]
    for stroke, points in zip(strokes, np.split(sampled.points, len(strokes), axis=1), strict=True):
        along = np.append(0.0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T)))
        wanted = np.linspace(0, along[-1], count)
        for axis in (0, 1):
            expected = np.interp(wanted, along, stroke[:, axis])
            np.testing.assert_allclose(points[axis], expected, rtol=0, atol=1e-12)


def test_points_are_as_near_as_the_spacing_but_never_more_than_a_bound() -> None:
    line, zigzag = (
        np.array([[0.0, 0.0], [0.0, 10.0]]),
        np.tile([[0.0, 0.0], [0.0, 10.0]], (9000, 1)),
    )
    short, endless = (space_evenly(Paths.of([[stroke]])) for stroke in (line, zigzag))
    assert np.diff(short.points[1]).max() <= SPACING_PX
    assert endless.lengths[0] == pytest.approx(MOST_POINTS, abs=2)


def test_how_many_points_a_drawing_becomes_is_known_before() -> None:
    diagonals = np.tile([[0.0, 0.0], [20.0, 20.0]], (50, 1))
    for stroke in (diagonals, diagonals[:1], np.tile(diagonals, (9, 1))):
        (made,) = space_evenly(Paths.of([[stroke]])).lengths
        assert made <= most_points(len(stroke), 20) + 2


def test_a_path_that_is_next_to_nothing_overflows_nothing() -> None:
    """What lies between it and the next path is no step to be divided by its length."""
    speck = np.array([[0.0, 0.0], [5e-324, 0.0]])
    paths = Paths.of([[speck, speck + 9.0, speck + 17.0] * 2])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        sampled = space_evenly(paths)
    assert np.isfinite(sampled.points).all()
