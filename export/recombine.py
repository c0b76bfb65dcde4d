"""More characters that are no digits, made of the strokes of those at hand.

Two alphabets teach a network two alphabets. Strokes of several characters put together, turned
over and mirrored, make shapes of the same pens and hands that nobody ever wrote.
"""

import numpy as np

from chalicelib.recognition.drawing import Points, StrokeDrawing
from export.drawn import NONE_LABEL, Sample

Rng = np.random.Generator

FEWEST_STROKES, MOST_STROKES = 3, 5  # one or two may happen to be a digit
APART = 0.35  # how far strokes move from where they were, as a share of the character's size


def recombine(samples: list[Sample], count: int, seed: int) -> list[Sample]:
    """Make `count` characters of the strokes of those samples that are made of strokes."""
    rng = np.random.default_rng(seed)
    strokes = [
        placed
        for sample in samples
        if isinstance(sample.drawing, StrokeDrawing)
        for placed in _placed(sample.drawing.strokes)
    ]
    if not strokes:
        return []
    return [
        Sample(StrokeDrawing(_character(strokes, rng)), NONE_LABEL, "recombined")
        for _ in range(count)
    ]


def _placed(strokes: tuple[Points, ...]) -> list[Points]:
    """Return the strokes as they lie in their character, scaled to the unit square."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
    return [(stroke - low) / size for stroke in strokes] if size > 0 else []


def _character(strokes: list[Points], rng: Rng) -> tuple[Points, ...]:
    count = int(rng.integers(FEWEST_STROKES, MOST_STROKES + 1))
    chosen = [strokes[index] for index in rng.integers(len(strokes), size=count)]
    mirror = rng.choice([-1.0, 1.0], 2)
    return tuple(stroke * mirror + rng.uniform(-APART, APART, 2) for stroke in chosen)
