"""A drawing made of strokes, as pieces: each stroke is one and stays whole."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Box, Points, StrokeDrawing, corners_of
from chalicelib.recognition.pens import Paths, distances_along, resample
from chalicelib.recognition.segmentation.sheet import MAX_PIECES, Part

MAX_POINTS_A_STROKE = 256  # bounds the work on a path of any length
COLUMN = 2.0**20  # cells in a column of the plane, more than any drawing has rows of cells
NEIGHBOURS = 4  # strokes through one cell that are paired; more are tangles anyhow


class StrokeSheet(NamedTuple):
    """Pieces that are strokes.

    sides: the same as bounds, as lists: quicker where few are looked at.
    """

    strokes: tuple[Points, ...]
    bounds: Points
    sides: list[list[float]]

    @classmethod
    def of(cls, drawing: StrokeDrawing) -> "StrokeSheet":
        """Lay a drawing on a sheet."""
        strokes = tuple(stroke for stroke in drawing.strokes if len(stroke))
        bounds = np.array([np.concatenate(corners_of(stroke)) for stroke in strokes])
        return cls(strokes, bounds, bounds.tolist())

    def part(self, pieces: NDArray[np.intp]) -> Part:
        """Put pieces together as one digit, its strokes in the order they were drawn in."""
        chosen = sorted(pieces.tolist())
        lefts, tops, rights, feet = zip(*(self.sides[piece] for piece in chosen), strict=True)
        left, top = min(lefts), min(tops)
        box = Box(left, top, max(rights) - left, max(feet) - top)
        return Part(StrokeDrawing(tuple(self.strokes[piece] for piece in chosen)), box)

    def touching(self, distance: float) -> NDArray[np.intp]:
        """Return the pairs of pieces that come within about `distance` of each other.

        The plane is laid out in cells of that side. A point marks the four cells about it, so
        points nearer than a side share one, and points farther than two sides share none.
        """
        paths = Paths.of([self.strokes])
        along = distances_along(paths)
        totals = along[np.cumsum(paths.lengths) - 1].tolist()
        counts = [int(min(MAX_POINTS_A_STROKE, total / distance + 2)) for total in totals]
        low = self.bounds[:, :2].min(axis=0)[:, None]
        column, row = np.floor((resample(paths, along, counts).points - low) / distance)
        corner = column * COLUMN + row
        cells = np.concatenate([corner, corner + 1, corner + COLUMN, corner + COLUMN + 1])
        owners = np.repeat(np.arange(len(counts)), counts)
        marks = np.unique(cells * MAX_PIECES + np.tile(owners, 4))
        cell, owner = np.divmod(marks, MAX_PIECES)
        pairs = []
        for step in range(1, NEIGHBOURS):
            same = cell[step:] == cell[:-step]
            pairs.append(owner[:-step][same] * MAX_PIECES + owner[step:][same])
        found = np.unique(np.concatenate(pairs)).astype(np.intp)
        return np.column_stack(np.divmod(found, MAX_PIECES))
