"""Real drawings for benchmarks, of people and programs that a part of the data holds out."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.compose import Grey, Layout, Paths, render, set_ink
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.mnist import LABELS, load_mnist
from export.splits import Part, part_of

MNIST_DIGITS = 2000  # test images to report on, training images to tune on
NOT_DIGITS = 400  # of each set
FAINT = 64  # of 255: a raster that is nowhere darker shows nothing
HEIGHT_PX = 100.0  # rasters of 28 x 28 are taken for digits already cut out, so they are enlarged
PEN_WIDTH = 0.1  # of the height

Rng = np.random.Generator
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Samples:
    """One part of the data.

    strokes: the digits of each writer with their labels. ink: those of each source, 255 = ink.
    others: drawings that are no digits, by set.
    """

    strokes: dict[str, list[tuple[Paths, str]]]
    ink: dict[str, list[tuple[Grey, str]]]
    others: dict[str, list[Drawing]]

    def stroke_digits(self, count: int, rng: Rng) -> list[tuple[Paths, str]]:
        """Draw digits of one writer."""
        return _draw(self.strokes, count, rng)

    def ink_digits(self, count: int, rng: Rng) -> list[tuple[Grey, str]]:
        """Draw digits of one source."""
        return _draw(self.ink, count, rng)

    def singles(self) -> dict[str, list[tuple[Drawing, str]]]:
        """Return every digit as a drawing of its own."""
        strokes = [(StrokeDrawing(d), t) for of in self.strokes.values() for d, t in of]
        found: dict[str, list[tuple[Drawing, str]]] = {
            "strokes": list(strokes),
            "strokes as images": [(_rendered(d), t) for d, t in strokes],
        }
        for source, digits in self.ink.items():
            found[source.split("/")[-1]] = [(_enlarged(d), t) for d, t in digits]
        return found


def load_samples(data: Path, part: Part) -> Samples:
    """Read a part of the data in a folder, as training does: whole writers and programs."""
    strokes = defaultdict(list)
    ink = defaultdict(list)
    others: dict[str, list[Drawing]] = {"characters": [], "characters as images": [], "doodles": []}
    for sample in load_drawings(data):
        if part_of(sample.group) is not part:
            continue
        if sample.target == NONE_LABEL:
            _add_other(others, sample)
        elif isinstance(sample.drawing, StrokeDrawing):
            strokes[sample.group].append((sample.drawing.strokes, LABELS[sample.target]))
        elif (grey := _grey(sample.drawing)).max() > FAINT:
            ink[sample.group].append((grey, LABELS[sample.target]))
    thinned = {name: _thinned(drawings, NOT_DIGITS) for name, drawings in others.items()}
    return Samples(dict(strokes), {**ink, **_mnist(data, part)}, thinned)


def _add_other(others: dict[str, list[Drawing]], sample: Sample) -> None:
    if isinstance(sample.drawing, StrokeDrawing):
        others["characters"].append(sample.drawing)
        others["characters as images"].append(_rendered(sample.drawing))
    else:
        others["doodles"].append(_enlarged(_grey(sample.drawing)))


def _mnist(data: Path, part: Part) -> dict[str, list[tuple[Grey, str]]]:
    name = "MNIST test" if part is Part.REPORT else "MNIST train"
    digits = load_mnist(data / "mnist", "test" if part is Part.REPORT else "train")
    pairs = zip(digits.pictures, digits.labels, strict=True)
    return {name: _thinned([(picture, LABELS[label]) for picture, label in pairs], MNIST_DIGITS)}


def _rendered(drawing: StrokeDrawing) -> InkDrawing:
    points = np.concatenate(drawing.strokes)
    scale = 100 / max(float(np.ptp(points, axis=0).max()), 1e-9)
    sized = StrokeDrawing(tuple(stroke * scale for stroke in drawing.strokes))
    return render(sized, HEIGHT_PX, PEN_WIDTH)


def _enlarged(grey: Grey) -> InkDrawing:
    return set_ink([grey], Layout((0.0, 0.0)), HEIGHT_PX, np.random.default_rng(0))


def _grey(drawing: InkDrawing) -> Grey:
    grey: Grey = np.rint(drawing.ink * 255).astype(np.uint8)
    return grey


def _draw(groups: dict[str, list[tuple[T, str]]], count: int, rng: Rng) -> list[tuple[T, str]]:
    names = sorted(groups)
    digits = groups[names[rng.integers(len(names))]]
    return [digits[i] for i in rng.integers(len(digits), size=count)]


def _thinned(drawings: list[T], most: int) -> list[T]:
    return drawings[:: max(1, len(drawings) // most)][:most]
