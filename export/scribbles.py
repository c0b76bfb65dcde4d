"""Made-up drawings that are no digits, from a seed: what people draw to test a digit reader.

Each kind is one function from a random generator to pen paths, in any unit, y down. Kinds made
of ink instead (smears, blobs, digits crowded together) need pictures of digits and stand in
`export.spoiled`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points, StrokeDrawing

Rng = np.random.Generator
Paths = list[Points]

KINDS: dict[str, Callable[[Rng], Paths]] = {}

LETTERS: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 4), (1.5, 0), (3, 4)], [(0.7, 2.5), (2.3, 2.5)]],
    "E": [[(3, 0), (0, 0), (0, 4), (3, 4)], [(0, 2), (2.4, 2)]],
    "F": [[(3, 0), (0, 0), (0, 4)], [(0, 2), (2.4, 2)]],
    "H": [[(0, 0), (0, 4)], [(3, 0), (3, 4)], [(0, 2), (3, 2)]],
    "K": [[(0, 0), (0, 4)], [(3, 0), (0, 2.2), (3, 4)]],
    "M": [[(0, 4), (0, 0), (2, 2.6), (4, 0), (4, 4)]],
    "N": [[(0, 4), (0, 0), (3, 4), (3, 0)]],
    "R": [[(0, 4), (0, 0), (2.2, 0), (2.8, 1), (2.2, 2), (0, 2), (3, 4)]],
    "T": [[(0, 0), (4, 0)], [(2, 0), (2, 4)]],
    "V": [[(0, 0), (1.5, 4), (3, 0)]],
    "W": [[(0, 0), (1, 4), (2, 1.2), (3, 4), (4, 0)]],
    "X": [[(0, 0), (3, 4)], [(3, 0), (0, 4)]],
    "m": [[(0, 4), (0, 1)], [(0, 2), (1, 1), (2, 2), (2, 4)], [(2, 2), (3, 1), (4, 2), (4, 4)]],
    "omega": [[(0, 4), (1, 4), (0.3, 2), (1.2, 0), (2.8, 0), (3.7, 2), (3, 4), (4, 4)]],
    "pi": [[(0, 0), (4, 0)], [(1, 0), (0.8, 4)], [(3, 0), (3.2, 4)]],
    "hash": [[(1, 0), (1, 4)], [(3, 0), (3, 4)], [(0, 1), (4, 1)], [(0, 3), (4, 3)]],
    "plus": [[(2, 0), (2, 4)], [(0, 2), (4, 2)]],
    "equals": [[(0, 0), (4, 0)], [(0, 2), (4, 2)]],
    "percent": [[(3, 0), (0, 4)], [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)],
                [(2, 3), (3, 3), (3, 4), (2, 4), (2, 3)]],
    "asterisk": [[(2, 0), (2, 4)], [(0, 1), (4, 3)], [(4, 1), (0, 3)]],
    "house": [[(0, 4), (0, 1.6), (2, 0), (4, 1.6), (4, 4), (0, 4)]],
    "envelope": [[(0, 0), (4, 0), (4, 3), (0, 3), (0, 0), (2, 1.8), (4, 0)]],
    "stairs": [[(0, 4), (0, 3), (1, 3), (1, 2), (2, 2), (2, 1), (3, 1), (3, 0)]],
    "gate": [[(0, 4), (0, 0), (4, 0), (4, 4)]],
    "tick": [[(0, 2.4), (1.2, 4), (4, 0)]],
}  # fmt: skip


def draw_scribbles(count: int, seed: int) -> list[tuple[StrokeDrawing, str]]:
    """Draw `count` things that are no digits, each with the name of its kind."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    chosen = [names[i] for i in rng.integers(len(names), size=count)]
    return [(StrokeDrawing(_by_hand(KINDS[name](rng), rng)), name) for name in chosen]


def _kind(draw: Callable[[Rng], Paths]) -> Callable[[Rng], Paths]:
    KINDS[draw.__name__.lstrip("_")] = draw
    return draw


def _by_hand(paths: Paths, rng: Rng) -> tuple[Points, ...]:
    """Tremble, slant and turn paths a little, as a hand does; their size becomes about 1."""
    points = np.concatenate(paths)
    size = float(np.ptp(points, axis=0).max()) or 1.0
    angle, slant = rng.normal(0, 0.12), rng.normal(0, 0.12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    lean = np.array([[rng.uniform(0.85, 1.2), 0], [slant, 1]])
    tremble = rng.uniform(0, 0.02)
    return tuple((path / size) @ lean @ turn + rng.normal(0, tremble, path.shape) for path in paths)


def _smooth(corners: NDArray[np.float64], points: int = 60) -> Points:
    """Round a path off: resample it finely and average along it."""
    at = np.linspace(0, len(corners) - 1, points)
    index = np.arange(len(corners))
    fine = np.stack([np.interp(at, index, corners[:, i]) for i in (0, 1)], 1)
    width = max(1, points // len(corners))
    padded = np.pad(fine, ((width // 2, width - 1 - width // 2), (0, 0)), mode="edge")
    kernel = np.ones(width) / width
    return np.stack([np.convolve(padded[:, i], kernel, "valid") for i in (0, 1)], 1)


def _arc(start: float, end: float, radius: float = 1.0, points: int = 40) -> Points:
    angle = np.linspace(start, end, points)
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


@_kind
def _tangle(rng: Rng) -> Paths:
    return [_smooth(rng.uniform(0, 1, (int(rng.integers(9, 25)), 2)), points=150)]


@_kind
def _loose_strokes(rng: Rng) -> Paths:
    return [_smooth(rng.uniform(0, 1, (4, 2))) for _ in range(int(rng.integers(3, 7)))]


@_kind
def _zigzag(rng: Rng) -> Paths:
    turns = int(rng.integers(6, 14))
    zigzag = np.stack([np.arange(turns) / turns * rng.uniform(0.8, 2), np.arange(turns) % 2], 1)
    return [zigzag if rng.random() < 0.5 else zigzag[:, ::-1]]


@_kind
def _waves(rng: Rng) -> Paths:
    x = np.linspace(0, 1, 80)
    wave = np.stack([x, rng.uniform(0.05, 0.3) * np.sin(2 * np.pi * x * rng.uniform(2.5, 6))], 1)
    return [wave + np.array([0, row * 0.5]) for row in range(int(rng.integers(1, 4)))]


@_kind
def _spiral(rng: Rng) -> Paths:
    angle = np.linspace(0, 2 * np.pi * rng.uniform(2.2, 5), 160)
    return [(angle * np.array([np.cos(angle), rng.choice([-1, 1]) * np.sin(angle)])).T]


@_kind
def _flat_line(rng: Rng) -> Paths:
    tilt = rng.uniform(-0.35, 0.35)
    return [np.array([[0, 0], [0.5, tilt / 2 + rng.normal(0, 0.02)], [1, tilt]])]


@_kind
def _dot(rng: Rng) -> Paths:
    return [rng.uniform(0, 1, (1, 2))]


@_kind
def _dots(rng: Rng) -> Paths:
    return [rng.uniform(0, 1, (1, 2)) for _ in range(int(rng.integers(2, 9)))]


@_kind
def _parallel_lines(rng: Rng) -> Paths:
    lines = int(rng.integers(2, 7))
    upright = rng.random() < 0.5 and lines > 2
    paths = [np.array([[0.0, i / lines], [1.0, i / lines]]) for i in range(lines)]
    return [path[:, ::-1] for path in paths] if upright else paths


@_kind
def _hatching(rng: Rng) -> Paths:
    lines = int(rng.integers(5, 12))
    across = np.stack([np.arange(lines) % 2 + 0.0, np.arange(lines) / lines], 1)
    return [across, across[:, ::-1]] if rng.random() < 0.5 else [across]


@_kind
def _crossed_circle(rng: Rng) -> Paths:
    bars = [np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, -1.0], [0.0, 1.0]])]
    return [_arc(0, 2 * np.pi), *bars] if rng.random() < 0.5 else [1.5 * _arc(0, 6.3), *bars]


@_kind
def _face(rng: Rng) -> Paths:
    mouth = _arc(0.5, 2.6, 0.55) * [1, rng.choice([-1, 1])]
    eyes = [_arc(0, 6.3, 0.1) + np.array([side, -0.35]) for side in (-0.35, 0.35)]
    return [_arc(0, 2 * np.pi), *eyes, mouth + np.array([0, 0.1 if mouth[0, 1] > 0 else 0.7])]


@_kind
def _target(rng: Rng) -> Paths:
    return [_arc(0, 6.3, radius) for radius in np.linspace(0.3, 1, int(rng.integers(2, 4)))]


@_kind
def _polygon(rng: Rng) -> Paths:
    corners = int(rng.integers(3, 5))  # more corners would pass for a zero
    start = rng.choice([-np.pi / 2, np.pi / 4]) + rng.normal(0, 0.1)
    return [_arc(start, start + 2 * np.pi, points=corners + 1)]


@_kind
def _star(rng: Rng) -> Paths:
    if rng.random() < 0.5:
        return [_arc(-np.pi / 2, -np.pi / 2 + 4 * np.pi, points=6)]
    angle = np.linspace(0, 2 * np.pi, 11) - np.pi / 2
    radius = np.where(np.arange(11) % 2, 0.45, 1.0)
    return [(radius * np.array([np.cos(angle), np.sin(angle)])).T]


@_kind
def _heart(rng: Rng) -> Paths:
    t = np.linspace(0, 2 * np.pi, 60)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([16 * np.sin(t) ** 3, -y * rng.uniform(0.9, 1.2)], 1)]


@_kind
def _arrow(rng: Rng) -> Paths:
    shaft, head = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.7, -0.25], [1, 0], [0.7, 0.25]])
    turn = rng.integers(4) * np.pi / 2
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return [shaft @ matrix, head @ matrix]


@_kind
def _flower(rng: Rng) -> Paths:
    t = np.linspace(0, 2 * np.pi, 120)
    radius = 1 + rng.uniform(0.3, 0.6) * np.cos(int(rng.integers(4, 8)) * t)
    return [(radius * np.array([np.cos(t), np.sin(t)])).T]


@_kind
def _letter(rng: Rng) -> Paths:
    paths = LETTERS[str(rng.choice(list(LETTERS)))]
    bent = [np.array(path) + rng.normal(0, 0.15, (len(path), 2)) for path in paths]
    return [path @ np.diag([rng.uniform(0.7, 1.2), 1.0]) for path in bent]


@_kind
def _word(rng: Rng) -> Paths:
    names = rng.choice(list(LETTERS), int(rng.integers(2, 5)))
    places = [np.array([5 * i, 0]) for i in range(len(names))]
    return [
        np.array(path) + place
        for name, place in zip(names, places, strict=True)
        for path in LETTERS[name]
    ]
