"""Strings of the project's own digits, 100 high, as strokes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.unit.digits import SEVEN, THREE

Paths = tuple[NDArray[np.float64], ...]


def _ring(x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 40) - np.pi / 2
    return np.column_stack([x + width * np.cos(angle), y + height * np.sin(angle)])


def _paths(*strokes: Sequence[tuple[float, float]]) -> Paths:
    return tuple(np.array(stroke, float) for stroke in strokes)


FLAGGED_ONE = [(2, 16), (18, 0), (18, 100)]
BODY_OF_FIVE = [(8, 5), (6, 42), (30, 38), (50, 52), (52, 75), (36, 96), (10, 98), (0, 90)]

OWN_DIGITS: dict[str, Paths] = {
    "0": (_ring(30, 50, 28, 50),),
    "1": _paths(FLAGGED_ONE),
    "1 with a base": _paths(FLAGGED_ONE, [(0, 100), (36, 100)]),
    "2": _paths([(0, 22), (12, 4), (35, 0), (50, 14), (46, 36), (22, 66), (0, 98), (55, 99)]),
    "3": THREE,
    "4": _paths([(20, 0), (0, 62), (58, 60)], [(40, 30), (38, 100)]),
    "4 that is open": _paths([(8, 0), (4, 55), (50, 52)], [(46, 6), (44, 100)]),
    "5": _paths(BODY_OF_FIVE, [(8, 3), (55, 0)]),
    "5 with its bar apart": _paths(BODY_OF_FIVE, [(16, 0), (60, -6)]),
    "7": SEVEN,
    "8 of two rings": (_ring(30, 25, 20, 24), _ring(30, 75, 26, 25)),
}


def set_row(text: str, gap: float) -> Paths:
    """Set digits side by side with a gap between their boxes."""
    placed: list[NDArray[np.float64]] = []
    x = 0.0
    for label in text:
        points = np.concatenate(OWN_DIGITS[label])
        shift = x - points[:, 0].min()
        placed += [stroke + np.array([shift, 0]) for stroke in OWN_DIGITS[label]]
        x += np.ptp(points[:, 0]) + gap
    return tuple(placed)
