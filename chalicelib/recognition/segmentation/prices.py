"""What geometry says of parting and joining pieces, in nats, before any network is asked.

All lengths are shares of the height of the row's digits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points
from chalicelib.recognition.segmentation.lattice import Run
from chalicelib.recognition.segmentation.rows import SAME_ROW, TALL

PART_OVERLAP = 8.0  # a height of overlap in x between two digits
PART_TOUCH = 1.5  # strokes of two digits that touch
PART_STAGGER = 4.0  # a height of step up or down from one digit to the next
PART_CUT = 1.5  # ink that runs through both digits
JOIN_GAP = 8.0  # a height of gap inside a digit
ONE_MORE = 0.4  # each digit: of two readings as good, the one with fewer digits
USUAL_WIDTH = 1.2  # digits are seldom wider
WIDE = 3.0  # a height of width beyond that
USUAL_SIZE = 0.6  # digits are seldom smaller, both ways
SMALL = 8.0  # a height of size below that

NEVER_PART = 0.4  # pieces that overlap so far in x are one digit
NEVER_PART_TOUCHING = 0.15  # and strokes that meet or cross, when they do so far
NEVER_JOIN = 0.6  # pieces with such a gap between them are two
MAX_WIDTH = 2.2  # several pieces wider than this are no one digit
MAX_PRICE = 3.0  # several pieces dearer than this are no one digit, whatever the network says
MAX_PIECES_A_DIGIT = 8  # of one digit
FLATTEST = 64.0  # extent of a row in heights; bounds the work on flat lines and far dots

Pairs = NDArray[np.intp]


class Ties(NamedTuple):
    """Which pieces hang together, as pairs of their numbers, arrays of shape (n, 2).

    touching: strokes that meet. cut: slices of one connected ink.
    """

    touching: Pairs
    cut: Pairs


class Row(NamedTuple):
    """The pieces of one row from left to right, with all that geometry says of them.

    pieces: array of shape (n,). part: array of shape (n - 1,), the price of parting after each
    piece but the last. tied, cut: arrays of shape (n - 1,), where the pieces on both sides
    touch or overlap, and where they are slices of one ink. runs: those that may be one
    digit, with their prices.
    """

    pieces: NDArray[np.intp]
    part: Points
    tied: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    runs: dict[Run, float]

    def hangs_together(self, run: Run) -> bool:
        """Tell whether a run touches or overlaps what stands beside it."""
        start, end = run
        left = start > 0 and self.tied[start - 1]
        return bool(left or (end < len(self.pieces) and self.tied[end - 1]))

    def steps(self, runs: list[Run], bounds: Points) -> Points:
        """Return by how much the feet of a parting's runs differ at each boundary, in heights."""
        feet = np.array([bounds[self.pieces[start:end], 3].max() for start, end in runs])
        steps: Points = np.abs(np.diff(feet)) / row_height(bounds[self.pieces])
        return steps


def price_row(pieces: NDArray[np.intp], bounds: Points, ties: Ties) -> Row:
    """Price a row's boundaries and runs.

    pieces: of the row, from the left to the right. bounds and ties: of the whole sheet.
    """
    boxes = bounds[pieces]
    height = row_height(boxes)
    gaps = _gaps(boxes) / height
    touch, cut = (_crossed(pieces, pairs) for pairs in (ties.touching, ties.cut))
    overlap = PART_OVERLAP * np.maximum(-gaps, 0.0) + PART_TOUCH * touch
    stagger = PART_STAGGER * _stagger(boxes) / height
    part = np.where(cut, PART_CUT, overlap + stagger)  # leaning slices overlap: no fault
    one = gaps <= np.where(touch & ~cut, -NEVER_PART_TOUCHING, -NEVER_PART)
    return Row(pieces, part, cut | (overlap > 0), cut, _price_runs(boxes, gaps, one, height))


def lie_across(one: list[float], other: list[float]) -> bool:
    """Tell whether two pieces are plainly one digit: the one a bar of the other, say.

    They overlap so far in x that they are never parted, in whatever row they stand. The
    commonest digits of two strokes are told by this alone, without pricing anything.
    """
    left, top, right, foot = zip(one, other, strict=True)
    heights = [foot[0] - top[0], foot[1] - top[1]]
    beside = min(foot) - max(top) >= SAME_ROW * min(heights)
    one_row = beside or min(heights) < TALL * max(heights)
    return one_row and min(right) - max(left) >= NEVER_PART * max(heights) > 0


def row_height(boxes: Points) -> float:
    """Return the usual height of a row's digits; never 0, also where all is flat."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    tallest = float(sizes[:, 1].max())
    usual = float(np.median(sizes[sizes[:, 1] >= tallest / 2, 1]))
    extent = float((boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)).max())
    return max(usual, extent / FLATTEST, 1e-300)


def _gaps(boxes: Points) -> Points:
    """Return the gap in x at each boundary, negative where the sides overlap."""
    reach = np.maximum.accumulate(boxes[:, 2])[:-1]
    begin = np.minimum.accumulate(boxes[::-1, 0])[::-1][1:]
    gaps: Points = begin - reach
    return gaps


def _stagger(boxes: Points) -> Points:
    """Return by how much a row steps up or down at each boundary, with its tops and its feet.

    Digits differ in size or stray off the line, but the parts of one do both at once.
    """
    tops, feet = np.diff(boxes[:, 1]), np.diff(boxes[:, 3])
    steps: Points = np.where(tops * feet > 0, np.minimum(np.abs(tops), np.abs(feet)), 0.0)
    return steps


def _crossed(pieces: NDArray[np.intp], pairs: Pairs) -> NDArray[np.bool_]:
    """Tell for each boundary of a row whether one of the pairs stands on both of its sides."""
    place = np.full(max(pieces.max(), pairs.max(initial=0)) + 1, -1)
    place[pieces] = np.arange(len(pieces))
    ends = np.sort(place[pairs], axis=1)
    ends = ends[ends[:, 0] >= 0]  # both stand in this row
    open_pairs = np.zeros(len(pieces), np.intp)
    np.add.at(open_pairs, ends[:, 0], 1)
    np.subtract.at(open_pairs, ends[:, 1], 1)
    crossed: NDArray[np.bool_] = np.cumsum(open_pairs)[:-1] > 0
    return crossed


def _price_runs(
    boxes: Points, gaps: Points, one: NDArray[np.bool_], height: float
) -> dict[Run, float]:
    """Return the runs that may be one digit, in order, and what is unusual about each.

    one: array of shape (n - 1,), where the pieces on both sides of a boundary are one digit.
    """
    count = len(boxes)
    starts = np.concatenate([[0], 1 + np.flatnonzero(~one)])  # of what cannot be parted further
    ends = np.append(starts[1:], count)
    lows, highs = (
        np.minimum.reduceat(boxes, starts)[:, :2],
        np.maximum.reduceat(boxes, starts)[:, 2:],
    )
    low, high, join = lows.copy(), highs.copy(), np.zeros(len(starts))
    prices: dict[Run, float] = {}
    at = np.arange(len(starts))  # the first of each run
    for step in range(min(MAX_PIECES_A_DIGIT, len(starts))):
        if step:  # one more to each run
            at = at[at + step < len(starts)]
            last = at + step
            gap = gaps[starts[last] - 1]
            low[at] = np.minimum(low[at], lows[last])
            high[at] = np.maximum(high[at], highs[last])
            join[at] += JOIN_GAP * np.maximum(gap, 0.0)
            wide = (high[at, 0] - low[at, 0]) / height > MAX_WIDTH
            at = at[~wide & (gap <= NEVER_JOIN)]
        price = _shape(high[at] - low[at], height) + join[at]
        kept = (price <= MAX_PRICE) | (step == 0) | (ends[at + step] - starts[at] == count)
        runs = zip(starts[at[kept]].tolist(), ends[at[kept] + step].tolist(), strict=True)
        prices |= zip(runs, price[kept].tolist(), strict=True)
    if count <= MAX_PIECES_A_DIGIT:
        size = highs.max(axis=0) - lows.min(axis=0)
        whole = _shape(size[None], height)[0] + (JOIN_GAP * np.maximum(gaps, 0.0)).sum()
        prices.setdefault((0, count), float(whole))
    return dict(sorted(prices.items()))


def _shape(sizes: Points, height: float) -> Points:
    """Return what is unusual about the shapes of runs; slices alone make a row look low.

    sizes: shape (n, 2), how wide and how tall.
    """
    wide, tall = sizes.T
    too_wide = np.maximum(wide / np.maximum(tall, height) - USUAL_WIDTH, 0.0)
    too_small = np.maximum(USUAL_SIZE - np.maximum(tall, wide) / height, 0.0)
    shape: Points = ONE_MORE + WIDE * too_wide + SMALL * too_small
    return shape
