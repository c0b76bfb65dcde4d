"""What a round pen leaves on paper that it is led over, for one drawing.

Of most drawings one picture is wanted, and the fewest calls of numpy are the quickest then; `pens`
does the same for many at once.
"""

import numpy as np

from chalicelib.recognition.drawing import Picture, Points

SPACING_PX = 0.5  # distance of the points at which the pen's disc is set down
MOST_POINTS = 20_000  # of a drawing's paths, however long; a digit has some 100
LONG_PATH = 512  # points; beyond it (no digit has as many) points that coincide are left out
COINCIDE_PX = 0.25


def space_evenly(strokes: list[Points]) -> Points:
    """Return points along all paths, SPACING_PX apart, further in a scribble without end.

    strokes: arrays of shape (n, 2), n >= 1, in pixels. Returns an array of shape (m, 2).
    """
    along = [_distances_along(stroke) for stroke in strokes]
    spacing_px = max(SPACING_PX, sum(float(a[-1]) for a in along) / MOST_POINTS)
    counts = [int(a[-1] / spacing_px) + 2 for a in along]
    path = np.empty((sum(counts), 2))
    first = 0
    for stroke, at, count in zip(strokes, along, counts, strict=True):
        wanted = np.arange(count) * (at[-1] / (count - 1))
        wanted[-1] = at[-1]  # rounding must not leave the end out
        for axis in (0, 1):
            path[first : first + count, axis] = np.interp(wanted, at, stroke[:, axis])
        first += count
    return path


def draw(path: Points, side_px: int, pen_width_px: float) -> Picture:
    """Set a round pen down at each point; an edge pixel is as dark as its distance says.

    path: array of shape (m, 2). Returns an array of shape (side_px, side_px), in [0, 1].
    """
    points = _thinned(path, side_px).astype(np.float32)
    reach = np.float32(pen_width_px / 2 + 0.5)  # from a point to where a pixel's centre stays white
    around = int(np.ceil(2 * reach))  # pixels a side that a point can darken
    first = np.ceil(points - reach - np.float32(0.5))
    steps = np.arange(around, dtype=np.float32)
    columns, rows = (first[:, axis, None] + steps for axis in (0, 1))
    across, down = (
        np.square(pixels + np.float32(0.5) - points[:, axis, None])
        for axis, pixels in enumerate((columns, rows))
    )
    ink = np.clip(reach - np.sqrt(down[:, :, None] + across[:, None, :]), 0.0, 1.0)
    paper = np.zeros((side_px + 2 * around, side_px + 2 * around), np.float32)
    at = (rows[:, :, None] + around) * paper.shape[1] + columns[:, None, :] + around
    np.maximum.at(paper.reshape(-1), at.astype(np.intp).ravel(), ink.ravel())
    return paper[around:-around, around:-around]


def _distances_along(stroke: Points) -> Points:
    steps = stroke[1:] - stroke[:-1]
    along = np.zeros(len(stroke))
    np.hypot(steps[:, 0], steps[:, 1]).cumsum(out=along[1:])
    return along


def _thinned(path: Points, side_px: int) -> Points:
    """Keep one of the points that all but coincide, so that a long scribble costs no more."""
    if len(path) <= LONG_PATH:
        return path
    columns, rows = np.rint(path / COINCIDE_PX).astype(np.intp).T
    side = int(side_px / COINCIDE_PX) + 1
    marked = np.zeros((side, side), bool)
    marked[columns, rows] = True
    cells: Points = np.argwhere(marked).astype(np.float64) * COINCIDE_PX
    return cells
