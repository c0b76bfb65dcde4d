"""Hands whose 1s and 7s the published models did not learn, each true to itself.

A hand is one way to draw the 1 and one to draw the 7, with lengths and slopes of its own; from
drawing to drawing they change as little as a hand's do. None is drawn by `export.styles`.
"""

from collections.abc import Callable

import numpy as np

from bench.accepted import Rng, drawn_again
from chalicelib.recognition.drawing import StrokeDrawing

Paths = tuple[tuple[tuple[float, float], ...], ...]
Hand = dict[int, Paths]


def draw_hand(rng: Rng) -> Hand:
    """Return the 1 and the 7 of a hand, as it means to draw them, in a box of height 1."""
    ones: tuple[Callable[[Rng], Paths], ...] = (_roof, _pillar, _bent)
    sevens: tuple[Callable[[Rng], Paths], ...] = (_twice_crossed, _footed, _hooked)
    return {1: ones[rng.integers(3)](rng), 7: sevens[rng.integers(3)](rng)}


def draw_digit(hand: Hand, digit: int, rng: Rng) -> StrokeDrawing:
    """Return that digit as the hand happens to draw it this time."""
    strokes = tuple(np.array(path) + rng.normal(0, 0.015, (len(path), 2)) for path in hand[digit])
    drawn = drawn_again(StrokeDrawing(strokes), rng)
    return drawn if isinstance(drawn, StrokeDrawing) else StrokeDrawing(strokes)


def _roof(rng: Rng) -> Paths:
    """Draw a 1 whose flag comes up from far below."""
    reach, drop = rng.uniform(0.45, 0.75), rng.uniform(0.65, 0.95)
    return (((-reach, drop), (0.0, 0.0), (rng.uniform(-0.05, 0.1), 1.0)),)


def _pillar(rng: Rng) -> Paths:
    """Draw a 1 with a flag, on a broad foot and under a bar."""
    foot, top = rng.uniform(0.3, 0.45), rng.uniform(0.2, 0.3)
    stem = ((-rng.uniform(0.25, 0.4), rng.uniform(0.2, 0.35)), (0.0, 0.0), (0.0, 1.0))
    return stem, ((-foot, 1.0), (foot, 1.0)), ((-top, 0.0), (top, 0.0))


def _bent(rng: Rng) -> Paths:
    """Draw a 1 in one go: up, down, and off to the right."""
    reach, tail = rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.6)
    low = 1 - rng.uniform(0.0, 0.1)
    return (((-reach, rng.uniform(0.3, 0.5)), (0.0, 0.0), (-0.05, 1.0), (tail, low)),)


def _twice_crossed(rng: Rng) -> Paths:
    """Draw a 7 with two bars across."""
    width, run = rng.uniform(0.45, 0.65), rng.uniform(0.15, 0.3)
    foot = width - run
    bars = (rng.uniform(0.32, 0.42), rng.uniform(0.56, 0.68))
    across = tuple(((foot - 0.25, y), (foot + 0.4, y)) for y in bars)
    return (((0.0, 0.0), (width, 0.0), (foot, 1.0)), *across)


def _footed(rng: Rng) -> Paths:
    """Draw a crossed 7 that ends in a foot."""
    width, run, foot = rng.uniform(0.45, 0.6), rng.uniform(0.15, 0.3), rng.uniform(0.25, 0.4)
    end = width - run
    bar = rng.uniform(0.42, 0.55)
    path = ((0.0, 0.0), (width, 0.0), (end, 1.0), (end + foot, 1.0))
    return path, ((end - 0.2, bar), (end + 0.4, bar))


def _hooked(rng: Rng) -> Paths:
    """Draw a 7 whose bar begins with a long stroke down."""
    width, run, hook = rng.uniform(0.45, 0.7), rng.uniform(0.15, 0.4), rng.uniform(0.35, 0.6)
    return (((0.0, hook), (0.0, 0.0), (width, 0.0), (width - run, 1.0)),)
