"""What `pen` does, for many drawings at once and bit for bit the same.

A drawing may ask for a thousand pictures of some of its strokes, so numpy is called for all of
them together, and what is done for each stroke or drawing alone is little.
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Picture, Points
from chalicelib.recognition.pen import COINCIDE_PX, LONG_PATH, MOST_POINTS, SPACING_PX

FEW_PATHS = 4  # are quicker sampled one by one
POINTS_AT_ONCE = 4096  # at which discs are set down: what they darken fits into the cache

Numbers = NDArray[np.intp]


class Paths(NamedTuple):
    """Paths of several drawings, one after the other, each of one point or more.

    points: array of shape (2, m), float64, x and y (down) of all points, path by path.
    lengths: how many points each path has. owners: the drawing of each path, from 0, ascending.
    """

    points: Points
    lengths: list[int]
    owners: list[int]

    @classmethod
    def of(cls, drawings: Sequence[Sequence[Points]]) -> "Paths":
        """Lay the strokes of drawings, shape (n, 2), one after the other; empty ones are none."""
        strokes = [stroke for drawing in drawings for stroke in drawing if len(stroke)]
        owners = [i for i, drawing in enumerate(drawings) for stroke in drawing if len(stroke)]
        points = np.ascontiguousarray(np.concatenate(strokes).T)
        return cls(points, [len(stroke) for stroke in strokes], owners)

    def owner_of_points(self) -> Numbers:
        """Return the drawing of each point, shape (m,)."""
        return np.repeat(self.owners, self.lengths)


def space_evenly(paths: Paths) -> Paths:
    """Return points along the same paths, SPACING_PX apart, further in a scribble without end."""
    along = distances_along(paths)
    lengths_px = [float(along[end - 1]) for end in accumulate(paths.lengths)]
    drawn_px = [0.0] * (paths.owners[-1] + 1)
    for owner, length_px in zip(paths.owners, lengths_px, strict=True):
        drawn_px[owner] += length_px
    spacings_px = [max(SPACING_PX, drawn / MOST_POINTS) for drawn in drawn_px]
    counts = [int(d / spacings_px[o]) + 2 for o, d in zip(paths.owners, lengths_px, strict=True)]
    return resample(paths, along, counts)


def most_points(points: int, side_px: int) -> int:
    """Return how many points `space_evenly` makes at most of a drawing in a box of that side."""
    farthest = math.hypot(side_px, side_px) / SPACING_PX + 2  # from one point to the next
    return min(MOST_POINTS, math.ceil(points * farthest))


def distances_along(paths: Paths) -> Points:
    """Return for each point its distance from its path's first, along the path, shape (m,)."""
    along = np.zeros(paths.points.shape[1])
    across, down = paths.points[:, 1:] - paths.points[:, :-1]
    np.hypot(across, down, out=along[1:])
    first = 0
    for length in paths.lengths:
        along[first] = 0.0
        if length > 2:  # else the one step is the distance
            path = along[first : first + length]
            path.cumsum(out=path)
        first += length
    return along


def resample(paths: Paths, along: Points, counts: list[int]) -> Paths:
    """Return so many points along each path, at least 2, evenly spaced, both ends among them.

    along: what `distances_along` says of the paths.
    """
    few = len(counts) <= FEW_PATHS
    sample = _sample_each if few else _sample_all
    return Paths(sample(paths, along, counts), counts, paths.owners)


def _sample_each(paths: Paths, along: Points, counts: list[int]) -> Points:
    """Return what `resample` does path by path, which is quicker for those of one digit."""
    points = np.empty((2, sum(counts)))
    start = begin = 0
    for length, count in zip(paths.lengths, counts, strict=True):
        end = start + length
        distances = along[start:end]
        wanted = np.arange(count) * (distances[-1] / (count - 1))
        wanted[-1] = distances[-1]  # rounding must not leave the end out
        for axis in (0, 1):
            points[axis, begin : begin + count] = np.interp(
                wanted, distances, paths.points[axis, start:end]
            )
        start, begin = end, begin + count
    return points


def _sample_all(paths: Paths, along: Points, counts: list[int]) -> Points:
    """Return what `_sample_each` does, bit for bit, quicker where there are many paths."""
    ends = np.cumsum(paths.lengths)
    totals = along[ends - 1]
    last = np.cumsum(counts) - 1
    steps = totals / (np.array(counts) - 1)
    from_first = np.arange(last[-1] + 1) - np.repeat(last + 1 - counts, counts)
    wanted = from_first * np.repeat(steps, counts)
    wanted[last] = totals  # rounding must not leave the end out
    # Paths are searched all at once: each begins further on than the one before it ends.
    begins = np.cumsum(totals + 1.0) - totals
    at = _last_before(along + np.repeat(begins, paths.lengths), wanted + np.repeat(begins, counts))
    before = along.take(at)
    while (late := before > wanted).any():  # as rounding in the lines above may have it
        at -= late
        before = along.take(at)
    gaps, slopes = np.ones_like(along), np.zeros_like(paths.points)
    np.subtract(along[1:], along[:-1], out=gaps[:-1])
    np.subtract(paths.points[:, 1:], paths.points[:, :-1], out=slopes[:, :-1])
    gaps[gaps == 0] = 1.0
    gaps[ends - 1] = 1.0  # from one path to the next nobody goes
    slopes[:, ends - 1] = 0.0
    slopes /= gaps
    points: Points = slopes.take(at, axis=1) * (wanted - before) + paths.points.take(at, axis=1)
    return points


def draw(paths: Paths, count: int, side_px: int, pen_width_px: float) -> Picture:
    """Set a round pen down at each point; an edge pixel is as dark as its distance says.

    count: of drawings. Returns an array of shape (count, side_px, side_px), in [0, 1].
    """
    reach = np.float32(pen_width_px / 2 + 0.5)  # from a point to where a pixel's centre stays white
    around = math.ceil(2 * float(reach))  # pixels a side that a point can darken
    side = side_px + 2 * around
    papers = np.full((count, side, side), np.inf, np.float32)  # squared distances to the pen
    points, owners = _thinned(paths, count, side_px)
    pixels = np.arange(around)
    square = pixels[:, None, None] * side + pixels[:, None]
    for first in range(0, len(owners), POINTS_AT_ONCE):
        some = slice(first, first + POINTS_AT_ONCE)
        place = points[:, some].astype(np.float32)
        corner = np.ceil(place - reach - np.float32(0.5))
        centres = corner[:, None] + (pixels + 0.5).astype(np.float32)[:, None]
        across, down = np.square(centres - place[:, None])
        column, row = corner.astype(np.intp) + around
        at = (owners[some] * side + row) * side + column
        np.minimum.at(papers.reshape(-1), (at + square).ravel(), (down[:, None] + across).ravel())
    ink: Picture = reach - np.sqrt(papers[:, around:-around, around:-around])
    np.maximum(ink, 0.0, out=ink)  # np.clip takes four times as long for one picture
    return np.minimum(ink, 1.0, out=ink)


def _last_before(along: Points, wanted: Points) -> Numbers:
    """Return the last of some distances that is at most each wanted one; both ascend."""
    if len(wanted) < len(along):
        return np.searchsorted(along, wanted, side="right") - 1
    firsts = np.append(np.searchsorted(wanted, along), len(wanted))
    return np.repeat(np.arange(len(along)), firsts[1:] - firsts[:-1])


def _thinned(paths: Paths, count: int, side_px: int) -> tuple[Points, Numbers]:
    """Return points and whose they are; of a long scribble's, those that do not all but coincide.

    So it costs no more than others.
    """
    owners = paths.owner_of_points()
    is_long = np.bincount(owners, minlength=count) > LONG_PATH
    if not is_long.any():
        return paths.points, owners
    crowded = is_long.take(owners)
    dense, loose = np.flatnonzero(crowded), np.flatnonzero(~crowded)
    side = int(side_px / COINCIDE_PX) + 1
    column, row = np.rint(paths.points.take(dense, axis=1) / COINCIDE_PX).astype(np.intp)
    owner = (np.cumsum(is_long) - 1).take(owners.take(dense))  # among the long ones
    marked = np.zeros(np.count_nonzero(is_long) * side**2, bool)
    marked[(owner * side + column) * side + row] = True
    owner, cell = np.divmod(np.flatnonzero(marked), side**2)
    points = np.append(
        paths.points.take(loose, axis=1), np.array(np.divmod(cell, side)) * COINCIDE_PX, axis=1
    )
    return points, np.append(owners.take(loose), np.flatnonzero(is_long).take(owner))
