"""The drawings that people ask about: how a digit is written, drawn, placed and cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from PIL import Image

from chalicelib.recognition.drawing import StrokeDrawing
from export.drawn import Sample
from export.evaluate import Score
from export.mnist import LABELS
from export.quality.brush import BLACK_ON_WHITE, Placing, image_fields, paint
from export.quality.handler import Handler
from export.quality.shapes import SHAPES

FEW = 30  # fewer drawings say little
CANVAS_PX = 280
CENTRE = (0.5, 0.5)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
USUAL = Placing(CANVAS_PX, 180, CENTRE, 18)
CUTS = (0.05, 0.1, 0.15)
CUT_SIDES = ("left", "top", "right", "bottom")
# name: where and how it is drawn, in words
PEN_SLICES = {
    "usual": "180 of 280 px, in the middle, pen 10 % of the digit's size",
    "thin pen": "the same with a pen of 2 %",
    "thick pen": "the same with a pen of 22 %",
    "small and off-centre": "28 of 280 px, in a corner, pen 10 %",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """How well drawings of one kind are read, by model. rule: what belongs to it, in words."""

    name: str
    rule: str
    scores: dict[str, Score]


def score_shapes(handler: Handler, strokes: list[Sample]) -> list[Slice]:
    """Ask for the strokes that are written in one of the ways of `shapes`."""
    slices = []
    for name, (label, rule, words) in SHAPES.items():
        requests = [
            ({"strokes": [stroke.tolist() for stroke in sample.drawing.strokes]}, label)
            for sample in strokes
            if isinstance(sample.drawing, StrokeDrawing)
            and LABELS[sample.target] == label
            and rule(sample.drawing.strokes)
        ]
        slices.append(Slice(name, words, score_requests(handler, requests)))
    return slices


def score_images(handler: Handler, strokes: list[Sample]) -> list[Slice]:
    """Draw the same digits as black on white images, each slice in its own way, and ask."""
    slices = []
    for name, words in PEN_SLICES.items():
        placings = cycle(_placings(name))
        requests = [
            (image_fields(paint(drawing, next(placings), BLACK_ON_WHITE)), label)
            for drawing, label in _drawings(strokes)
        ]
        slices.append(Slice(name, words, score_requests(handler, requests)))
    for share in CUTS:
        sides = cycle(CUT_SIDES)
        requests = [
            (image_fields(cut(paint(drawing, USUAL, BLACK_ON_WHITE), share, next(sides))), label)
            for drawing, label in _drawings(strokes)
        ]
        words = f"{100 * share:g} % of the usual one beyond the left, top, right or bottom"
        name = f"cut off, {100 * share:g} %"
        slices.append(Slice(name, words, score_requests(handler, requests)))
    return slices


def score_requests(
    handler: Handler, requests: list[tuple[dict[str, Any], str]]
) -> dict[str, Score]:
    """Ask for drawings and count, by model, how many are read as their label; {} of none."""
    right: dict[str, int] = {}
    for fields, label in requests:
        for model, answer in handler.recognize(fields).items():
            right[model] = right.get(model, 0) + (answer.text == label)
    return {model: Score(len(requests), count) for model, count in right.items()}


def _drawings(strokes: list[Sample]) -> Iterator[tuple[StrokeDrawing, str]]:
    for sample in strokes:
        if isinstance(sample.drawing, StrokeDrawing):
            yield sample.drawing, LABELS[sample.target]


def _placings(name: str) -> tuple[Placing, ...]:
    if name == "small and off-centre":
        return tuple(Placing(CANVAS_PX, 28, corner, 2.8) for corner in CORNERS)
    brush = {"usual": 0.1, "thin pen": 0.02, "thick pen": 0.22}[name]
    return (Placing(CANVAS_PX, USUAL.size_px, CENTRE, brush * USUAL.size_px),)


def cut(image: Image.Image, share: float, side: str) -> Image.Image:
    """Crop a black on white image so that a side's edge runs through the ink's box."""
    left, top, right, bottom = image.convert("L").point(lambda grey: 255 - grey).getbbox() or (
        0, 0, image.width, image.height,
    )  # fmt: skip
    wide, high = share * (right - left), share * (bottom - top)
    edges = {
        "left": (round(left + wide), 0, image.width, image.height),
        "top": (0, round(top + high), image.width, image.height),
        "right": (0, 0, round(right - wide), image.height),
        "bottom": (0, 0, image.width, round(bottom - high)),
    }
    return image.crop(edges[side])
