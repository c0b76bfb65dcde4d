"""Several digits in one drawing, made by `bench.strings` from the report part alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.samples import load_samples
from bench.strings import SEED, SETTINGS, aligned, makers
from chalicelib.recognition.drawing import Drawing, StrokeDrawing
from export.evaluate import Score
from export.quality.brush import image_fields
from export.quality.handler import Handler
from export.quality.sets import drawing_fields
from export.splits import Part

MAIN_SETTING = "2 to 6 digits"  # the one that has a target


@dataclass(frozen=True, slots=True)
class Strings:
    """How strings of one kind were read by one model: digit by digit, and as a whole."""

    kind: str
    setting: str
    model: str
    digits: Score
    whole: Score


def score_strings(handler: Handler, data: Path, count: int) -> list[Strings]:
    """Ask for `count` strings of each kind and setting."""
    found = []
    for kind, make in makers(load_samples(data, Part.REPORT)).items():
        for setting, (fewest, most, layout) in SETTINGS.items():
            rng = np.random.default_rng(SEED)
            made = [make(int(rng.integers(fewest, most + 1)), layout, rng) for _ in range(count)]
            found += _score(handler, kind, setting, made)
    return found


def _score(
    handler: Handler, kind: str, setting: str, made: list[tuple[Drawing, str]]
) -> list[Strings]:
    total = sum(len(text) for _, text in made)
    right: dict[str, int] = {}
    whole: dict[str, int] = {}
    for drawing, text in made:
        for model, answer in handler.recognize(_fields(drawing)).items():
            right[model] = right.get(model, 0) + aligned(text, answer.text)
            whole[model] = whole.get(model, 0) + (answer.text == text)
    return [
        Strings(kind, setting, model, Score(total, right[model]), Score(len(made), whole[model]))
        for model in right
    ]


def _fields(drawing: Drawing) -> dict[str, Any]:
    """Send ink as an image, dark on light: long strings are wider than pixels may be."""
    if isinstance(drawing, StrokeDrawing):
        return drawing_fields(drawing)
    grey = np.rint((1 - drawing.ink) * 255).astype(np.uint8)
    return image_fields(Image.fromarray(np.pad(grey, 8, constant_values=255)))
