"""What a caller can draw: strokes, or a raster of ink."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Picture = NDArray[np.float32]


class Box(NamedTuple):
    """A rectangle in the caller's own units (stroke units, or pixels of the image), y down."""

    x: float
    y: float
    width: float
    height: float


class StrokeDrawing(NamedTuple):
    """Pen paths.

    strokes: arrays of shape (n, 2), float64, n >= 1, columns x and y (down), any unit.
        A one-point stroke is a dot. There is at least one stroke.
    """

    strokes: tuple[Points, ...]


class InkDrawing(NamedTuple):
    """A raster of ink.

    ink: array of shape (height, width), float32 in [0, 1], 0 = paper, 1 = full ink.
    pixel_size: side of one of its pixels in the caller's pixels; above 1 where a large
        image was reduced before its ink was looked for.
    """

    ink: Picture
    pixel_size: float = 1.0

    def within(self, box: Box) -> "InkDrawing":
        """Return the part of the raster that a box of whole pixels, in the caller's, encloses."""
        left, top, width, height = (round(side / self.pixel_size) for side in box)
        return self._replace(ink=self.ink[top : top + height, left : left + width])


Drawing = StrokeDrawing | InkDrawing
