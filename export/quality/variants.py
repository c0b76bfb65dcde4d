"""The same digit at other places, in other sizes, with other brushes and colours.

Each digit is drawn at 9 places x 4 sizes x 5 brush widths on a canvas, and asked for as an image;
as strokes, which have no brush, at 9 places x 4 sizes. What counts is whether the label stays
the one that the digit's own strokes got.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from chalicelib.recognition.drawing import StrokeDrawing
from export.drawn import Sample
from export.quality.brush import Placing, image_fields, paint, place, random_look
from export.quality.handler import Fields, Handler
from export.quality.sets import drawing_fields

CANVAS_PX = 280
PLACES = {
    "upper left": (0.0, 0.0), "top": (0.5, 0.0), "upper right": (1.0, 0.0),
    "left": (0.0, 0.5), "middle": (0.5, 0.5), "right": (1.0, 0.5),
    "lower left": (0.0, 1.0), "bottom": (0.5, 1.0), "lower right": (1.0, 1.0),
}  # fmt: skip
SIZES_PX = (28, 70, 140, 252)  # a tenth, a quarter, a half and nine tenths of the canvas
BRUSHES = (0.03, 0.06, 0.1, 0.15, 0.2)  # of the digit's larger side
SEED = 11


@dataclass(frozen=True, slots=True)
class Variant:
    """One of a digit's drawings, and what it was read as.

    digit: its number. brush: a share of the digit's size, or None for strokes. own: the label
    that the digit itself got, by model. found: the one that this drawing got.
    """

    digit: int
    group: str
    place: str
    size_px: int
    brush: float | None
    own: dict[str, str]
    found: dict[str, str]

    def same(self, model: str) -> bool:
        """Whether the label stayed."""
        return self.found[model] == self.own[model]


def ask_variants(handler: Handler, digits: Iterable[Sample]) -> list[Variant]:
    """Ask for every variant of every digit."""
    rng = np.random.default_rng(SEED)
    variants = []
    for number, sample in enumerate(digits):
        if not isinstance(sample.drawing, StrokeDrawing):
            raise TypeError("variants are made of strokes")
        own = _labels(handler, drawing_fields(sample.drawing))
        for place_name, size_px, brush, fields in _requests(sample.drawing, rng):
            found = _labels(handler, fields)
            variants.append(Variant(number, sample.group, place_name, size_px, brush, own, found))
    return variants


def _requests(
    drawing: StrokeDrawing, rng: np.random.Generator
) -> Iterator[tuple[str, int, float | None, Fields]]:
    for (name, at), size_px in product(PLACES.items(), SIZES_PX):
        placing = Placing(CANVAS_PX, size_px, at, 0.0)
        yield name, size_px, None, drawing_fields(place(drawing, placing))
        for brush in BRUSHES:
            placing = Placing(CANVAS_PX, size_px, at, brush * size_px)
            yield name, size_px, brush, image_fields(paint(drawing, placing, random_look(rng)))


def _labels(handler: Handler, fields: Fields) -> dict[str, str]:
    return {model: answer.text for model, answer in handler.recognize(fields).items()}
