"""A raster of ink, as pieces: each connected component is one, until it is cut."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import TooManyDigits
from chalicelib.limits import MAX_DIGITS
from chalicelib.recognition.drawing import InkDrawing, Points
from chalicelib.recognition.mask import SOFT_EDGE_PX, grow
from chalicelib.recognition.normalise import FAINTEST_INK, inked_part
from chalicelib.recognition.segmentation.components import find_components
from chalicelib.recognition.segmentation.cuts import find_seams
from chalicelib.recognition.segmentation.sheet import MAX_PIECES, Cuts, Part

SOLID_INK = 0.2  # soft edges of neighbours meet below this; a thin line stays whole above it
CELLS_A_HEIGHT = 48  # in which ink is looked at for cuts
SPECK = 0.08  # of the largest piece: what is smaller both ways is dust, unless it lies in a digit


class InkSheet(NamedTuple):
    """Pieces that are labelled pixels.

    labels: array of shape (height, width), int32: piece + 1, 0 = paper, -1 = dust.
    sides: the same as bounds, as lists of int: quicker where few are looked at.
    soft: array of shape (height, width), where there is ink that is of no piece.
    """

    drawing: InkDrawing
    labels: NDArray[np.int32]
    bounds: Points
    sides: list[list[int]]
    soft: NDArray[np.bool_]

    @classmethod
    def of(cls, drawing: InkDrawing) -> "InkSheet | None":
        """Lay a drawing on a sheet; None where all of its ink is one piece.

        Raises TooManyDigits where it falls into more pieces than digits can have.
        """
        components = find_components(_solid(drawing))
        if components.count == 1:  # as most drawings are
            return None
        bounds = components.bounds()
        sizes = (bounds[:, 2:] - bounds[:, :2]).max(axis=1)
        pieces = sizes > SPECK * sizes.max()
        count = int(pieces.sum())
        if count > MAX_PIECES:
            raise TooManyDigits(count, MAX_DIGITS)
        numbers = _numbered(bounds, pieces)
        if numbers.max() <= 1 and numbers.min() >= 0:
            return None
        labels = components.raster(drawing.ink.shape)
        renumbered = np.concatenate([[0], numbers]).astype(np.int32)[labels]
        return cls._laid(drawing, renumbered, bounds[numbers > 0])

    @classmethod
    def of_one_piece(cls, drawing: InkDrawing) -> "InkSheet":
        """Lay a drawing on a sheet as one piece, whatever it falls into."""
        labels = _solid(drawing).astype(np.int32)
        rows, columns = (np.flatnonzero(labels.any(axis=axis)) for axis in (1, 0))
        bounds = [[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]]
        return cls._laid(drawing, labels, np.array(bounds, np.float64))

    @classmethod
    def _laid(cls, drawing: InkDrawing, labels: NDArray[np.int32], bounds: Points) -> "InkSheet":
        soft = (labels == 0) & (drawing.ink > 0)
        return cls(drawing, labels, bounds, bounds.astype(int).tolist(), soft)

    def part(self, pieces: NDArray[np.intp]) -> Part:
        """Put pieces together as one digit: their ink and its soft edges, without the others'."""
        lefts, tops, rights, feet = zip(
            *(self.sides[piece] for piece in pieces.tolist()), strict=True
        )
        left, top = (max(0, min(side) - SOFT_EDGE_PX) for side in (lefts, tops))
        right, bottom = (max(side) + SOFT_EDGE_PX for side in (rights, feet))
        window = (slice(top, bottom), slice(left, right))
        labels, ink = self.labels[window], self.drawing.ink[window]
        is_chosen = np.zeros(len(self.bounds) + 2, bool)  # the last one is dust's, which is -1
        is_chosen[pieces + 1] = True
        chosen = is_chosen.take(labels, mode="wrap")
        if self.soft[window].any():
            others = (labels != 0) & ~chosen
            if others.any():
                near = grow(others, SOFT_EDGE_PX) & ~grow(chosen, SOFT_EDGE_PX)
                ink = ink * ~(others | near)
        else:
            ink = ink * chosen
        part = inked_part(self.drawing.within(left, top, right, bottom)._replace(ink=ink))
        return Part(part, part.box)

    def find_cuts(self, piece: int, height: float) -> Cuts | None:
        """Return where a piece may be cut; height is that of a digit in its row, in pixels."""
        cell = max(1, int(height / CELLS_A_HEIGHT))
        left, top, right, bottom = self.bounds[piece].astype(int)
        inked = self.labels[top:bottom, left:right] == piece + 1
        for axis in (0, 1):  # a cell is inked where any of its pixels is
            inked = np.logical_or.reduceat(inked, np.arange(0, inked.shape[axis], cell), axis)
        seams = find_seams(inked, height / cell)
        return Cuts(left + (seams + 0.5) * cell, top, cell) if len(seams) else None

    def cut(self, cuts: dict[int, Cuts]) -> tuple["InkSheet", NDArray[np.intp]]:
        """Return a sheet on which some pieces are cut, and which piece each one there was."""
        if not cuts:
            return self, np.arange(len(self.bounds))
        labels = np.where(self.labels < 0, self.labels, 0)
        bounds: list[Points] = []
        origins: list[int] = []
        for piece in range(len(self.bounds)):
            left, top, right, bottom = self.bounds[piece].astype(int)
            rows, columns = np.nonzero(self.labels[top:bottom, left:right] == piece + 1)
            corners = np.column_stack([columns + left, rows + top]).astype(np.float64)
            sides = cuts[piece].sides(corners + 0.5) if piece in cuts else np.zeros(len(rows), int)
            for side in np.unique(sides):
                own = corners[sides == side].astype(int)
                bounds.append(np.concatenate([own.min(axis=0), own.max(axis=0) + 1.0]))
                labels[own[:, 1], own[:, 0]] = len(bounds)
                origins.append(piece)
        return self._laid(self.drawing, labels, np.stack(bounds)), np.array(origins)


def _solid(drawing: InkDrawing) -> NDArray[np.bool_]:
    return drawing.ink > max(FAINTEST_INK, SOLID_INK * float(drawing.ink.max()))


def _numbered(bounds: Points, pieces: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give pieces the numbers from 1; specks get 0 inside the box of a piece, else -1: dust."""
    numbers = np.where(pieces, np.cumsum(pieces), -1)
    low = bounds[:, None, :2] >= bounds[None, pieces, :2] - SOFT_EDGE_PX
    high = bounds[:, None, 2:] <= bounds[None, pieces, 2:] + SOFT_EDGE_PX
    inside = (low & high).all(axis=2).any(axis=1)
    numbers[inside & ~pieces] = 0
    return numbers
