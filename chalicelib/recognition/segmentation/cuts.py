"""Where a piece that is too wide for one digit may be cut: at the valleys of its ink.

The ink of a piece is projected onto the line of writing, upright and leaning either way as
handwriting does; where little of it lies between more on both sides, two digits may touch
(the projection cuts of Casey and Lecolinet's survey, 1996, with slanted lines).
"""

import numpy as np

from chalicelib.recognition.drawing import Points
from chalicelib.recognition.segmentation.sheet import Cuts

SLANTS = (0.0, -0.3, 0.3)  # upright first: among equals it is the plainest
BINS_A_HEIGHT = 40
SMOOTHING_BINS = 3
DEPTH = 0.6  # of the ink on its poorer side: what is deeper is a valley
LEAST_DISTANCE = 0.2  # of the height, between two cuts and from a cut to the edge
MAX_CUTS = 10  # for each piece


def find_cuts(points: Points, height: float) -> Cuts | None:
    """Return the lines, left to right, along which a piece may be cut; None if there are none.

    points: samples of its ink, shape (n, 2). height: of a digit in its row, above 0.
    """
    middle = float(points[:, 1].min() + points[:, 1].max()) / 2
    found = [valley for slant in SLANTS for valley in _valleys(points, slant, middle, height)]
    chosen: list[tuple[float, float, float]] = []
    for valley in sorted(found):
        apart = all(abs(valley[1] - other[1]) >= LEAST_DISTANCE * height for other in chosen)
        if apart and len(chosen) < MAX_CUTS:
            chosen.append(valley)
    if not chosen:
        return None
    _, places, slants = np.array(sorted(chosen, key=lambda valley: valley[1])).T
    return Cuts(slants, places + slants * middle)


def _valleys(
    points: Points, slant: float, middle: float, height: float
) -> list[tuple[float, float, float]]:
    """Return depth (0 = no ink), place at mid-height and slant of each valley."""
    at = points[:, 0] + slant * (points[:, 1] - middle)
    width = height / BINS_A_HEIGHT
    profile = np.bincount(((at - at.min()) / width).astype(int)).astype(np.float64)
    profile = np.convolve(profile, np.ones(SMOOTHING_BINS) / SMOOTHING_BINS, "same")
    left = np.maximum.accumulate(profile)
    right = np.maximum.accumulate(profile[::-1])[::-1]
    depth = profile / np.maximum(np.minimum(left, right), 1e-9)
    margin = int(LEAST_DISTANCE * BINS_A_HEIGHT)
    return [
        (float(depth[i]), float(at.min() + (i + 0.5) * width), slant)
        for i in range(margin, len(depth) - margin)
        if depth[i] <= DEPTH and profile[i] == profile[i - margin : i + margin + 1].min()
    ]
