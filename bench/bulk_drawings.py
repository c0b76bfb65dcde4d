"""Drawings by the hundred thousand: digits of seven segments, each drawn a little otherwise."""

import numpy as np

from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.png import encode_png

# Each digit in one path through the corners of two squares: 0 1 above, 2 3 between, 4 5 below.
CORNERS = np.array([[0, 0], [50, 0], [0, 50], [50, 50], [0, 100], [50, 100]], float)
PATHS = (
    "015420",
    "135",
    "013245",
    "0132354",
    "02315",
    "102354",
    "1024532",
    "0135",
    "0154023",
    "3201354",
)
JITTER = 5.0
DECIMALS = 1
ENLARGED = 2  # a raster of 28 x 28 is taken for a digit already cut out

Rng = np.random.Generator
Paths = list[list[list[float]]]


def draw_digit(rng: Rng) -> Paths:
    """Return the strokes of one digit, as a request holds them."""
    path = PATHS[rng.integers(len(PATHS))]
    corners = CORNERS[[int(corner) for corner in path]]
    moved = corners + rng.normal(0, JITTER, corners.shape)
    stroke: list[list[float]] = np.round(moved, DECIMALS).tolist()
    return [stroke]


def paint_digit(rng: Rng) -> bytes:
    """Return a PNG of one digit, black on white."""
    strokes = tuple(np.array(stroke) for stroke in draw_digit(rng))
    picture = np.rint(255 * (1 - normalise(StrokeDrawing(strokes)))).astype(np.uint8)
    return encode_png(
        np.pad(picture.repeat(ENLARGED, 0).repeat(ENLARGED, 1), 8, constant_values=255)
    )
