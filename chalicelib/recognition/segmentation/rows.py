"""Which pieces stand in one row of writing."""

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points

TALL = 0.5  # of the tallest: lower pieces (bars, dots) join a row but do not make one
SAME_ROW = 0.4  # two pieces that share this much of the lower one's height stand in one row

Numbers = NDArray[np.intp]


def find_rows(bounds: Points) -> list[Numbers]:
    """Return the pieces of each row, from the left to the right by their middle, top row first.

    bounds: array of shape (n, 4), left, top, right, bottom. A row may climb or fall: it is a
    chain in which each tall piece stands beside the next.
    """
    heights = bounds[:, 3] - bounds[:, 1]
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    tall = np.flatnonzero(heights >= TALL * heights.max())
    row_of = np.full(len(bounds), -1)
    row_of[tall] = _chains(bounds[tall], middles[tall, 0])
    for piece in np.flatnonzero(row_of < 0):
        nearest = np.argmin(_distances(bounds[piece], bounds[tall]))
        row_of[piece] = row_of[tall[nearest]]
    rows = [np.flatnonzero(row_of == row) for row in np.unique(row_of)]
    rows.sort(key=lambda row: float(middles[row, 1].mean()))
    return [row[np.argsort(middles[row, 0], kind="stable")] for row in rows]


def _chains(bounds: Points, across: Points) -> Numbers:
    """Return the row number of each tall piece; `across` holds the middles in x."""
    heights = np.maximum(bounds[:, 3] - bounds[:, 1], 1e-300)
    row_of = np.arange(len(bounds))
    for piece in np.argsort(across, kind="stable"):
        shared = np.minimum(bounds[:, 3], bounds[piece, 3]) - np.maximum(
            bounds[:, 1], bounds[piece, 1]
        )
        beside = shared >= SAME_ROW * np.minimum(heights, heights[piece])
        later = np.flatnonzero(beside & (across >= across[piece]))
        later = later[later != piece]
        if later.size:
            nearest = later[np.argmin(across[later])]
            row_of[row_of == row_of[nearest]] = row_of[piece]
    return row_of


def _distances(box: Points, others: Points) -> Points:
    """Return the squared distance from a box to each of the others, 0 where they overlap."""
    gaps = np.maximum(others[:, :2] - box[2:], box[:2] - others[:, 2:]).clip(0.0)
    distances: Points = (gaps**2).sum(axis=1)
    return distances
