"""The drawings that are scored: MNIST's test images, and the report part of the drawn sets."""

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chalicelib.recognition.drawing import Drawing, StrokeDrawing
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.errors import MissingData
from export.mnist import LABELS, load_mnist
from export.quality.brush import BLACK_ON_WHITE, Placing, image_fields, paint
from export.splits import Part, part_of

MNIST = "MNIST test images"
STROKES = "pen strokes"
CANVAS = "canvas drawings"
CHARACTERS = "characters"
DOODLES = "doodles"
AS_IMAGES = "as images"
CHARACTER_IMAGES = f"{CHARACTERS} {AS_IMAGES}"
DOODLE_IMAGES = f"{DOODLES} {AS_IMAGES}"
DIGIT_SETS = (STROKES, CANVAS)
OTHER_SETS = (CHARACTERS, DOODLES)
# The same drawings, sent so that they are looked at for several digits by their ink.
OTHER_IMAGE_SETS = (CHARACTER_IMAGES, DOODLE_IMAGES)
FULL_INK = 255
IMAGE_PX = 280
CHARACTER_PLACING = Placing(IMAGE_PX, size_px=200, at=(0.5, 0.5), brush_px=20)


@dataclass(frozen=True, slots=True)
class Case:
    """One drawing as it is sent, and what it shows.

    fields: `{"strokes": ...}`, `{"pixels": ...}` or `{"image": ...}`. label: a digit, or None
    where it shows none. group: who or what it comes from.
    """

    fields: dict[str, Any]
    label: str | None
    group: str


@dataclass(frozen=True, slots=True)
class Drawings:
    """Everything to be scored.

    sets: cases by set. strokes: the samples of the pen strokes, for slices and variants.
    others: the groups of each part that is not reported on.
    """

    sets: dict[str, list[Case]]
    strokes: list[Sample]
    others: dict[Part, list[str]]


def load_report_drawings(data: Path) -> Drawings:
    """Read data/mnist, and data/drawn and data/not_digits where they are.

    Raises MissingData, DamagedData.
    """
    mnist = load_mnist(data / "mnist", "test")
    sets = {
        MNIST: [
            Case(pixels_fields(picture), LABELS[label], MNIST)
            for picture, label in zip(mnist.pictures, mnist.labels, strict=True)
        ]
    }
    try:
        samples = load_drawings(data)
    except MissingData:
        samples = []
    reported = [s for s in samples if part_of(s.group) is Part.REPORT]
    for sample in reported:
        sets.setdefault(_set_of(sample), []).append(_case(sample))
        if sample.target == NONE_LABEL:
            name = f"{_set_of(sample)} {AS_IMAGES}"
            case = Case(image_fields(_painted(sample.drawing)), None, sample.group)
            sets.setdefault(name, []).append(case)
    strokes = [s for s in reported if _set_of(s) == STROKES]
    return Drawings(sets, strokes, _unreported(samples))


def choose_digits(samples: list[Sample], a_label: int) -> list[Sample]:
    """Choose as many digits of each label, from the writers in turn, always the same ones."""
    chosen = []
    for target in sorted({sample.target for sample in samples}):
        writers: dict[str, list[Sample]] = {}
        for sample in samples:
            if sample.target == target:
                writers.setdefault(sample.group, []).append(sample)
        in_turn = [s for turn in zip_longest(*writers.values()) for s in turn if s is not None]
        first = target * a_label % len(writers)  # few digits of a label shall reach all writers
        chosen += (in_turn[first:] + in_turn[:first])[:a_label]
    return chosen


def drawing_fields(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as the field of a request."""
    if isinstance(drawing, StrokeDrawing):
        return {"strokes": [stroke.tolist() for stroke in drawing.strokes]}
    return pixels_fields(np.rint(drawing.ink * FULL_INK).astype(np.uint8))


def pixels_fields(picture: NDArray[np.uint8]) -> dict[str, Any]:
    """Return a raster, (height, width), 255 = ink, as the field of a request."""
    return {"pixels": picture.tolist()}


def _case(sample: Sample) -> Case:
    label = None if sample.target == NONE_LABEL else LABELS[sample.target]
    return Case(drawing_fields(sample.drawing), label, sample.group)


def _painted(drawing: Drawing) -> Image.Image:
    """Return a drawing dark on light, large enough to be looked at for several digits."""
    if isinstance(drawing, StrokeDrawing):
        return paint(drawing, CHARACTER_PLACING, BLACK_ON_WHITE)
    grey = np.rint((1 - drawing.ink) * FULL_INK).astype(np.uint8)
    return Image.fromarray(grey).resize((IMAGE_PX, IMAGE_PX), Image.Resampling.BICUBIC)


def _set_of(sample: Sample) -> str:
    if sample.target == NONE_LABEL:
        return CHARACTERS if isinstance(sample.drawing, StrokeDrawing) else DOODLES
    return STROKES if isinstance(sample.drawing, StrokeDrawing) else CANVAS


def _unreported(samples: list[Sample]) -> dict[Part, list[str]]:
    groups = sorted({sample.group for sample in samples})
    return {
        part: [group for group in groups if part_of(group) is part]
        for part in (Part.TRAIN, Part.VALIDATION)
    }
