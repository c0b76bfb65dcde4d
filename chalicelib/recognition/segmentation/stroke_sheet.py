"""A drawing made of strokes, as pieces: each stroke is one and stays whole."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points, StrokeDrawing, corners_of
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.segmentation.sheet import MAX_PIECES, Part

MAX_POINTS_A_STROKE = 256  # bounds the work on a path of any length
COLUMN = 2.0**20  # cells in a column of the plane, more than any drawing has rows of cells
NEIGHBOURS = 4  # strokes through one cell that are paired; more are tangles anyhow


class StrokeSheet(NamedTuple):
    """Pieces that are strokes."""

    strokes: tuple[Points, ...]
    bounds: Points

    @classmethod
    def of(cls, drawing: StrokeDrawing) -> "StrokeSheet":
        """Lay a drawing on a sheet."""
        strokes = tuple(stroke for stroke in drawing.strokes if len(stroke))
        return cls(strokes, np.array([np.concatenate(corners_of(stroke)) for stroke in strokes]))

    def part(self, pieces: NDArray[np.intp]) -> Part:
        """Put pieces together as one digit, its strokes in the order they were drawn in."""
        drawing = StrokeDrawing(tuple(self.strokes[piece] for piece in np.sort(pieces)))
        return Part(drawing, ink_box(drawing))

    def touching(self, distance: float) -> NDArray[np.intp]:
        """Return the pairs of pieces that come within about `distance` of each other.

        The plane is laid out in cells of that side. A point marks the four cells about it, so
        points nearer than a side share one, and points farther than two sides share none.
        """
        points = [_along(stroke, distance) for stroke in self.strokes]
        owners = np.repeat(np.arange(len(points)), [len(p) for p in points])
        low = np.floor((np.concatenate(points) - self.bounds[:, :2].min(axis=0)) / distance)
        corner = low[:, 0] * COLUMN + low[:, 1]
        cells = np.concatenate([corner, corner + 1, corner + COLUMN, corner + COLUMN + 1])
        marks = np.unique(cells * MAX_PIECES + np.tile(owners, 4))
        cell, owner = np.divmod(marks, MAX_PIECES)
        pairs = []
        for step in range(1, NEIGHBOURS):
            same = cell[step:] == cell[:-step]
            pairs.append(np.column_stack([owner[:-step][same], owner[step:][same]]))
        return np.unique(np.concatenate(pairs).astype(np.intp), axis=0)


def _along(path: Points, spacing: float) -> Points:
    """Return points along a path, its ends among them, evenly spaced."""
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))))
    count = int(min(MAX_POINTS_A_STROKE, along[-1] / spacing + 2))
    at = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])])
