"""Ink that is no digit, made from pictures of digits and from noise, from a seed."""

from collections.abc import Callable

import numpy as np

from chalicelib.recognition.drawing import InkDrawing, Picture
from export.mnist import Digits

Rng = np.random.Generator

PAPER_PX = 40
HALF_PX = 14
FAINTEST = 0.5  # a darkest pixel below this is hardly a drawing
# Halves that no reader would take for a whole digit; the top of an 8, say, is a 0.
HALVES: dict[int, tuple[str, ...]] = {
    0: ("top", "bottom"),
    2: ("bottom",),
    4: ("top",),
    5: ("top",),
    8: ("left",),
}


def spoil_digits(digits: Digits, count: int, seed: int) -> list[tuple[InkDrawing, str]]:
    """Make at most `count` inks that are no digits, each with the name of its kind."""
    rng = np.random.default_rng(seed)
    names = [*FROM_DIGITS, *FROM_NOTHING]
    made = []
    for index in rng.integers(len(names), size=count):
        name = names[index]
        ink = FROM_DIGITS[name](digits, rng) if name in FROM_DIGITS else FROM_NOTHING[name](rng)
        if ink.max() > FAINTEST:
            made.append((InkDrawing(ink), name))
    return made


def _any_digit(digits: Digits, rng: Rng) -> Picture:
    digit: Picture = digits.pictures[rng.integers(len(digits.labels))].astype(np.float32) / 255
    return digit


def _several(digits: Digits, rng: Rng) -> Picture:
    """Put two to four digits beside each other."""
    count = int(rng.integers(2, 5))
    chosen = [_any_digit(digits, rng) for _ in range(count)]
    step = int(rng.integers(13, 22))
    row = np.zeros((28, 28 + step * (count - 1)), np.float32)
    for place, digit in enumerate(chosen):
        part = row[:, place * step : place * step + 28]
        np.maximum(part, digit, out=part)
    return row


def _overlaid(digits: Digits, rng: Rng) -> Picture:
    """Put three or four digits on top of each other."""
    paper = np.zeros((PAPER_PX, PAPER_PX), np.float32)
    for _ in range(int(rng.integers(3, 5))):
        y, x = rng.integers(0, PAPER_PX - 28, 2)
        part = paper[y : y + 28, x : x + 28]
        np.maximum(part, _any_digit(digits, rng), out=part)
    return paper


def _half(digits: Digits, rng: Rng) -> Picture:
    """Cut a digit in two."""
    index = rng.choice(np.flatnonzero(np.isin(digits.labels, list(HALVES))))
    digit: Picture = digits.pictures[index].astype(np.float32) / 255
    match rng.choice(HALVES[int(digits.labels[index])]):
        case "top":
            return digit[:HALF_PX]
        case "bottom":
            return digit[HALF_PX:]
        case _:
            return digit[:, :HALF_PX]


def _struck_out(digits: Digits, rng: Rng) -> Picture:
    """Draw lines through a digit, as its writer takes it back."""
    paper = np.zeros((28, 48), np.float32)
    paper[:, 10:38] = _any_digit(digits, rng)
    for _ in range(int(rng.integers(2, 5))):
        rows = np.linspace(rng.uniform(4, 24), rng.uniform(4, 24), 48).astype(int)
        for width in range(2):
            paper[np.clip(rows + width, 0, 27), np.arange(48)] = 1.0
    return paper


def _blob(rng: Rng) -> Picture:
    """Fill a patch with a wobbling rim."""
    y, x = np.mgrid[-1:1:40j, -1:1:40j]
    angle = np.arctan2(y, x)
    rim = 0.7 + sum(
        rng.normal(0, 0.08) * np.cos(k * angle + rng.uniform(0, 7)) for k in range(1, 6)
    )
    squash = rng.uniform(0.6, 1.6)
    blob: Picture = (np.hypot(x * squash, y / squash) < rim).astype(np.float32)
    return blob


def _noise(rng: Rng) -> Picture:
    """Strew grains over the paper."""
    side = int(rng.integers(8, 40))
    grains = rng.random((side, side)) < rng.uniform(0.03, 0.6)
    return grains.astype(np.float32)


def _smear(rng: Rng) -> Picture:
    """Leave soft clouds, as a dirty scan or a shadow does."""
    coarse = rng.random((6, 6)) ** 2
    spread = np.maximum(0, 1 - np.abs(np.linspace(0, 5, PAPER_PX)[:, None] - np.arange(6)))
    cloud = spread @ coarse @ spread.T
    cloud -= np.quantile(cloud, rng.uniform(0.2, 0.7))
    smear: Picture = np.clip(cloud / cloud.max(), 0, 1).astype(np.float32)
    return smear


def _shuffled(digits: Digits, rng: Rng) -> Picture:
    """Put the pieces of a digit in another order."""
    digit = _any_digit(digits, rng)
    tiles = [digit[r : r + 7, c : c + 7] for r in range(0, 28, 7) for c in range(0, 28, 7)]
    order = rng.permutation(16)
    rows = [np.concatenate([tiles[i] for i in order[r : r + 4]], 1) for r in range(0, 16, 4)]
    return np.concatenate(rows)


FROM_DIGITS: dict[str, Callable[[Digits, Rng], Picture]] = {
    "several": _several,
    "overlaid": _overlaid,
    "half": _half,
    "struck_out": _struck_out,
    "shuffled": _shuffled,
}
FROM_NOTHING: dict[str, Callable[[Rng], Picture]] = {
    "blob": _blob,
    "noise": _noise,
    "smear": _smear,
}
