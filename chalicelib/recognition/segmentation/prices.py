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
    join = JOIN_GAP * np.maximum(gaps, 0.0)
    one = gaps <= np.where(touch & ~cut, -NEVER_PART_TOUCHING, -NEVER_PART)
    runs = _runs(boxes, gaps, one, height)
    prices = {(i, k): _shape(boxes[i:k], height) + float(join[i : k - 1].sum()) for i, k in runs}
    everything = (0, len(pieces))
    kept = {
        run: price
        for run, price in prices.items()
        if price <= MAX_PRICE or runs[run] or run == everything
    }
    return Row(pieces, part, cut | (overlap > 0), cut, kept)


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
    place = {int(piece): i for i, piece in enumerate(pieces)}
    crossed = np.zeros(len(pieces) - 1, bool)
    for one, other in pairs.tolist():
        if one in place and other in place:
            start, end = sorted((place[one], place[other]))
            crossed[start:end] = True
    return crossed


def _runs(boxes: Points, gaps: Points, one: NDArray[np.bool_], height: float) -> dict[Run, bool]:
    """Return the runs that may be one digit; True: its pieces cannot be parted any further.

    one: array of shape (n - 1,), where the pieces on both sides of a boundary are one digit.
    """
    count = len(boxes)
    free = [0, *(1 + np.flatnonzero(~one)).tolist(), count]
    found: dict[Run, bool] = {}
    for place, start in enumerate(free[:-1]):
        for step, end in enumerate(free[place + 1 : place + 1 + MAX_PIECES_A_DIGIT]):
            run = boxes[start:end]
            width = float(run[:, 2].max() - run[:, 0].min()) / height
            if step and (width > MAX_WIDTH or float(gaps[start : end - 1].max()) > NEVER_JOIN):
                break
            found[start, end] = step == 0
    if count <= MAX_PIECES_A_DIGIT:
        found.setdefault((0, count), False)
    return found


def _shape(boxes: Points, height: float) -> float:
    """Return what is unusual about the shape of a run; slices alone make a row look low."""
    wide, tall = boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)
    too_wide = max(0.0, float(wide / max(tall, height)) - USUAL_WIDTH)
    too_small = max(0.0, USUAL_SIZE - float(max(tall, wide)) / height)
    return ONE_MORE + WIDE * too_wide + SMALL * too_small
