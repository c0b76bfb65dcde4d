"""How a digit is written, by plain rules on its strokes.

Lengths are shares of the digit's larger side. The rules are blunt: they look for what a person
would point at, and leave out what is in doubt.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points
from chalicelib.recognition.normalise import normalise_strokes

Strokes = tuple[Points, ...]

FLAG_DROP, FLAG_REACH = 0.1, 0.05  # the flag hangs this far below the top and left of it
FLAG_LOWEST = 0.85  # its end lies above this, or it is the foot of the 1
SERIF_BAND, SERIF_WIDTH = 0.12, 0.3  # so wide a piece of a line within so low a band
BAR_SLOPE, BAR_WIDTH = 0.5, 0.2  # rises at most so much a step to the right; so wide at least
BAR_BAND = (0.25, 0.75)  # where its middle lies
LOOP_PENS_PX = (1.0, 1.75, 2.5)  # thin ones keep narrow loops, thick ones bridge small gaps
LEAST_HOLE_PX = 2


def has_flag(strokes: Strokes) -> bool:
    """Whether a stroke climbs to the top of the digit from the left: a 1 with a flag."""
    for stroke in to_unit(strokes):
        peak = int(stroke[:, 1].argmin())
        if stroke[peak, 1] > FLAG_DROP / 2:
            continue  # it does not reach the top
        for end in (stroke[0], stroke[-1]):
            drop, reach = end[1] - stroke[peak, 1], stroke[peak, 0] - end[0]
            if drop >= FLAG_DROP and reach >= FLAG_REACH and end[1] <= FLAG_LOWEST:
                return True
    return False


def has_serif(strokes: Strokes) -> bool:
    """Whether a line lies along the bottom of the digit: a 1 with a serif."""
    unit = to_unit(strokes)
    bottom = max(float(stroke[:, 1].max()) for stroke in unit)
    for stroke in unit:
        low = _dense(stroke)
        low = low[low[:, 1] >= bottom - SERIF_BAND]
        if len(low) and float(np.ptp(low[:, 0])) >= SERIF_WIDTH:
            return True
    return False


def is_crossed(strokes: Strokes) -> bool:
    """Whether a stroke of its own bars the middle of the digit: a crossed 7."""
    unit = to_unit(strokes)
    bottom = max(float(stroke[:, 1].max()) for stroke in unit)
    if len(unit) < 2:
        return False
    for stroke in unit:
        width, height = np.ptp(stroke, axis=0)
        middle = float(stroke[:, 1].mean()) / max(bottom, 1e-9)
        level = width >= BAR_WIDTH and height <= BAR_SLOPE * width
        if level and BAR_BAND[0] <= middle <= BAR_BAND[1]:
            return True
    return False


def is_open(strokes: Strokes) -> bool:
    """Whether the digit encloses no paper: a 4 whose arms do not meet."""
    return not any(encloses_paper(normalise_strokes(strokes, pen)) for pen in LOOP_PENS_PX)


def encloses_paper(picture: NDArray[np.float32]) -> bool:
    """Whether paper in a picture of ink, (height, width) in [0, 1], is cut off from its rim."""
    paper = np.pad(picture, 1) < 0.5
    outside = np.zeros_like(paper)
    outside[0] = outside[-1] = True
    outside[:, 0] = outside[:, -1] = True
    while True:
        grown = outside.copy()
        grown[1:] |= outside[:-1]
        grown[:-1] |= outside[1:]
        grown[:, 1:] |= outside[:, :-1]
        grown[:, :-1] |= outside[:, 1:]
        grown &= paper
        if np.array_equal(grown, outside):
            return int((paper & ~outside).sum()) >= LEAST_HOLE_PX
        outside = grown


# name: (the label it is asked of, the rule, the rule in words)
SHAPES: dict[str, tuple[str, Callable[[Strokes], bool], str]] = {
    "flagged 1": (
        "1",
        has_flag,
        "a stroke's end hangs at least 10 % below the top and 5 % left of it",
    ),
    "serifed 1": ("1", has_serif, "a line at least 30 % wide within the lowest 12 %"),
    "crossed 7": ("7", is_crossed, "a level stroke of its own, at least 20 % wide, in the middle"),
    "open 4": ("4", is_open, "it encloses no paper, with a thin pen or a thick one"),
}


def to_unit(strokes: Strokes) -> list[Points]:
    """Scale strokes so that the larger side is 1, the upper left corner at the origin."""
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    size = max(float(np.ptp(points, axis=0).max()), 1e-9)
    return [(stroke - low) / size for stroke in strokes]


def _dense(stroke: Points, spacing: float = 0.02) -> Points:
    """Put points so near each other that a band holds what runs through it."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    at = np.linspace(0.0, along[-1], int(along[-1] / spacing) + 2)
    return np.stack([np.interp(at, along, stroke[:, i]) for i in (0, 1)], axis=1)
