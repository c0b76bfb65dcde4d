"""Drawings of our own, two of each digit, and others as the same hands would make them again."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from bench.accepted import Rng, drawn_again
from bench.compose import Layout, Paths, set_strokes
from bench.events import PEN_PX, painted
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.png import encode_png

FILE = Path(__file__).with_name("digits.json")
GAPS = Layout((0.3, 0.8))
ZOOM = 2  # drawings are about 100 high, a pen for images is 20 px wide
MOST_DIGITS = 3
SEVERAL = 0.2  # share of drawings that hold several digits

Strokes = list[list[list[float]]]


class OwnDigit(NamedTuple):
    """A drawing as the API takes it, and what it says."""

    strokes: Strokes
    text: str

    def image(self) -> Image.Image:
        """Return it as black ink on white paper, twice as large."""
        return painted(
            [[(ZOOM * x + PEN_PX, ZOOM * y + PEN_PX) for x, y in s] for s in self.strokes]
        )

    def png(self) -> bytes:
        """Return that image as the bytes of a PNG."""
        return encode_png(np.asarray(self.image()))


def own_digits() -> list[OwnDigit]:
    """Return two drawings of each digit, those of 0 first."""
    return [OwnDigit(each["strokes"], str(each["label"])) for each in json.loads(FILE.read_bytes())]


def draw_own(count: int, rng: Rng) -> list[OwnDigit]:
    """Return drawings of one digit or up to three, no two alike."""
    digits = own_digits()
    return [_draw(digits, rng) for _ in range(count)]


def _draw(digits: list[OwnDigit], rng: Rng) -> OwnDigit:
    several = rng.random() < SEVERAL
    count = int(rng.integers(2, MOST_DIGITS + 1)) if several else 1
    chosen = [digits[i] for i in rng.integers(len(digits), size=count)]
    drawing = set_strokes([_again(digit, rng) for digit in chosen], GAPS, rng)
    corner = np.concatenate(drawing.strokes).min(axis=0)  # on a page no number is below 0
    strokes: Strokes = [(stroke - corner).round(1).tolist() for stroke in drawing.strokes]
    return OwnDigit(strokes, "".join(digit.text for digit in chosen))


def _again(digit: OwnDigit, rng: Rng) -> Paths:
    again = drawn_again(StrokeDrawing(tuple(np.array(path) for path in digit.strokes)), rng)
    if not isinstance(again, StrokeDrawing):
        raise TypeError(again)
    return again.strokes
