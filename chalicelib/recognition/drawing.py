"""What a caller can draw: strokes, or a raster of ink."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Picture = NDArray[np.float32]


def corners_of(points: Points) -> tuple[Points, Points]:
    """Return the least and the greatest x and y of points, shape (n, 2), n >= 1."""
    x_and_y = np.ascontiguousarray(points.T)  # numpy is quick along long rows alone
    return x_and_y.min(axis=1), x_and_y.max(axis=1)


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
        image was reduced.
    left, top: its corner in the caller's pixels, where it is the inked part of an image.
    image_side: the larger side of that image in the caller's pixels; None where it is whole.
    """

    ink: Picture
    pixel_size: float = 1.0
    left: float = 0.0
    top: float = 0.0
    image_side: float | None = None

    @property
    def side(self) -> float:
        """The larger side of the image that it shows the ink of, in the caller's pixels."""
        return self.image_side or max(self.ink.shape) * self.pixel_size

    @property
    def box(self) -> Box:
        """The rectangle that the raster fills, in the caller's pixels."""
        height, width = self.ink.shape
        return Box(self.left, self.top, width * self.pixel_size, height * self.pixel_size)

    def within(self, left: int, top: int, right: int, bottom: int) -> "InkDrawing":
        """Return a part of the raster, in its own pixels; right and bottom are exclusive."""
        return InkDrawing(
            self.ink[top:bottom, left:right],
            self.pixel_size,
            self.left + left * self.pixel_size,
            self.top + top * self.pixel_size,
            self.side,
        )


Drawing = StrokeDrawing | InkDrawing
