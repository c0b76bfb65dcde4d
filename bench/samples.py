"""Real digits for benchmarks, parted by writer and source: a half to tune on, a half to report."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.compose import Grey, Paths
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing

HALVES = ("tune", "report")
TUNE_SOURCES = {"niklashenning/hwd-1000-dataset"}  # the other programs are reported on
REPORT_WRITERS = {"numberpad"}
MNIST_DIGITS = 2000  # of each half: training images to tune on, test images to report
NOT_DIGITS = 400  # of each set

Rng = np.random.Generator
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the data.

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
        found: dict[str, list[tuple[Drawing, str]]] = {
            "strokes": [(StrokeDrawing(d), t) for of in self.strokes.values() for d, t in of]
        }
        for source, digits in self.ink.items():
            name = source.split("/")[-1]
            found[name] = [
                (InkDrawing(d.astype(np.float32) / np.float32(255)), t) for d, t in digits
            ]
        return found

    def not_digits(self) -> dict[str, list[Drawing]]:
        """Return drawings that are no digits."""
        return self.others


def load_half(data: Path, half: str) -> Half:
    """Read a half of the data in a folder; writers and sources are in one half only."""
    return Half(
        _strokes(data, half), {**_canvas(data, half), **_mnist(data, half)}, _others(data, half)
    )


def _draw(groups: dict[str, list[tuple[T, str]]], count: int, rng: Rng) -> list[tuple[T, str]]:
    names = sorted(groups)
    digits = groups[names[rng.integers(len(names))]]
    return [digits[i] for i in rng.integers(len(digits), size=count)]


def _paths(strokes: list[Any]) -> Paths:
    return tuple(np.array([point[:2] for point in stroke], np.float64) for stroke in strokes)


def _strokes(data: Path, half: str) -> dict[str, list[tuple[Paths, str]]]:
    records = json.loads((data / "drawn" / "strokes.json").read_bytes())
    writers = sorted({record["writer"] for record in records})
    report = set(writers[::2]) | REPORT_WRITERS
    chosen = defaultdict(list)
    for record in records:
        if (record["writer"] in report) == (half == "report"):
            chosen[record["writer"]].append((_paths(record["strokes"]), str(record["label"])))
    return dict(chosen)


def _canvas(data: Path, half: str) -> dict[str, list[tuple[Grey, str]]]:
    with np.load(data / "drawn" / "canvas28.npz", allow_pickle=False) as file:
        drawings = list(zip(file["images"], file["labels"], file["source"], strict=True))
    chosen = defaultdict(list)
    for image, label, source in drawings:
        if (str(source) in TUNE_SOURCES) == (half == "tune") and image.max() > 64:
            chosen[str(source)].append((image, str(label)))
    return dict(chosen)


def _mnist(data: Path, half: str) -> dict[str, list[tuple[Grey, str]]]:
    name = "train" if half == "tune" else "t10k"
    folder = data / "mnist"
    images = _idx(folder / f"{name}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = _idx(folder / f"{name}-labels-idx1-ubyte.gz", 8)
    step = len(labels) // MNIST_DIGITS
    chosen = zip(images[::step], labels[::step], strict=True)
    return {f"MNIST {name}": [(image, str(label)) for image, label in chosen]}


def _idx(path: Path, header_bytes: int) -> NDArray[np.uint8]:
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header_bytes)


def _others(data: Path, half: str) -> dict[str, list[Drawing]]:
    """Every second alphabet and kind of doodle is for tuning."""
    records = json.loads((data / "not_digits" / "characters.json").read_bytes())
    alphabets = sorted({record["alphabet"] for record in records})[HALVES.index(half) :: 2]
    characters: list[Drawing] = [
        StrokeDrawing(_paths(record["strokes"]))
        for record in records
        if record["alphabet"] in alphabets
    ]
    with np.load(data / "not_digits" / "doodles.npz", allow_pickle=False) as file:
        pairs = list(zip(file["images"], file["category"], strict=True))
    kinds = sorted({str(kind) for _, kind in pairs})[HALVES.index(half) :: 2]
    doodles: list[Drawing] = [
        InkDrawing(image.astype(np.float32) / np.float32(255))
        for image, kind in pairs
        if kind in kinds
    ]
    return {"characters": _thinned(characters), "doodles": _thinned(doodles)}


def _thinned(drawings: list[Drawing]) -> list[Drawing]:
    return drawings[:: max(1, len(drawings) // NOT_DIGITS)][:NOT_DIGITS]
