"""Digits as MNIST's American writers did not make them, drawn from a seed.

In much of the world a 1 has a flag, often a long one, and sometimes a foot; a 7 is crossed, so
that it is not such a 1; a 4 is open at the top. MNIST holds hardly any, and taught by it alone a
network takes the flagged 1 for a 7.
"""

from collections.abc import Callable

import numpy as np

from chalicelib.recognition.drawing import Points, StrokeDrawing
from export.drawn import Sample

Rng = np.random.Generator
Paths = tuple[Points, ...]

FOOT_SHARE = 0.35  # of the 1s
SERIF_SHARE = 0.3  # of the 7s


def draw_styles(count: int, seed: int) -> list[Sample]:
    """Draw `count` flagged 1s, crossed 7s and open 4s, each as another hand would."""
    rng = np.random.default_rng(seed)
    made = []
    for index in range(count):
        label, draw = STYLES[index % len(STYLES)]
        made.append(Sample(StrokeDrawing(draw(rng)), label, draw.__name__))
    return made


def flagged_one(rng: Rng) -> Paths:
    """Draw a stem with a flag that falls to the left, and at times a foot."""
    lean = rng.uniform(-0.12, 0.12)
    reach = rng.uniform(0.15, 0.55)
    drop = reach * rng.uniform(0.4, 1.5)
    bend = rng.uniform(-0.05, 0.05, 2)
    flag_end, top, foot = np.array([-reach, drop]), np.zeros(2), np.array([lean, 1.0])
    paths = [np.stack([flag_end, (flag_end + top) / 2 + bend, top, (top + foot) / 2, foot])]
    if rng.random() < FOOT_SHARE:
        left, right = rng.uniform(0.12, 0.35, 2)
        ends = np.array([[-left, rng.uniform(-0.04, 0.04)], [right, 0.0]])
        paths.append(foot + ends)
    return tuple(paths)


def crossed_seven(rng: Rng) -> Paths:
    """Draw a level bar, a stem that runs down to the left, a stroke across it."""
    width, run, across = rng.uniform(0.45, 0.8), rng.uniform(0.1, 0.5), rng.uniform(0.12, 0.32)
    level = rng.uniform(-0.06, 0.08)
    start, corner, end = np.array([0.0, level]), np.array([width, 0.0]), np.array([width - run, 1])
    middle = (corner + end) / 2 + np.array([rng.uniform(-0.06, 0.06), 0.0])
    path = [start, corner, middle, end]
    if rng.random() < SERIF_SHARE:
        path.insert(0, start + np.array([rng.uniform(-0.04, 0.04), rng.uniform(0.06, 0.18)]))
    height = rng.uniform(0.38, 0.62)
    on_stem = corner + (end - corner) * height
    slope = rng.uniform(-0.08, 0.05)
    bar = on_stem + np.array([[-across, -slope], [across, slope]])
    return np.stack(path), bar


def open_four(rng: Rng) -> Paths:
    """Draw an angle open at the top and a stem through its arm."""
    arm = rng.uniform(0.45, 0.68)
    begin = np.array([rng.uniform(0.1, 0.35), rng.uniform(0.0, 0.12)])
    corner = np.array([rng.uniform(-0.05, 0.08), arm])
    arm_end = np.array([rng.uniform(0.6, 0.8), arm + rng.uniform(-0.05, 0.05)])
    x = rng.uniform(0.42, 0.56)
    stem = np.array([[x + rng.uniform(0.0, 0.1), rng.uniform(0.0, 0.35)], [x, 1.0]])
    return np.stack([begin, corner, arm_end]), stem


STYLES: tuple[tuple[int, Callable[[Rng], Paths]], ...] = (
    (1, flagged_one),
    (7, crossed_seven),
    (1, flagged_one),
    (4, open_four),
)
