"""Optional drawings from a folder: digits drawn on screens, and drawings that are no digits.

`export.drawings` makes such a folder from public sources.

Each drawing says who or what it comes from, so that validation can hold out whole writers,
programs, alphabets and categories instead of single drawings.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Drawing, InkDrawing, Points, StrokeDrawing
from export.errors import DamagedData, MissingData
from export.mnist import LABELS

NONE_LABEL = len(LABELS)  # the class of what is no digit

DRAWN_STROKES = "drawn/strokes.json"
DRAWN_CANVAS = "drawn/canvas28.npz"
OTHER_CHARACTERS = "not_digits/characters.json"
DOODLES = "not_digits/doodles.npz"
SETS = (DRAWN_STROKES, DRAWN_CANVAS, OTHER_CHARACTERS, DOODLES)


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawing, the class it belongs to, and the group that is held out as a whole.

    target: 0..9, or NONE_LABEL. group: a writer, program, alphabet or category.
    """

    drawing: Drawing
    target: int
    group: str


def load_drawings(folder: Path) -> list[Sample]:
    """Read those of the four sets that the folder holds, without empty drawings.

    Raises
    ------
    MissingData
        The folder holds none of them.
    DamagedData
        A file is not what its name says.
    """
    readers = {
        DRAWN_STROKES: _read_strokes,
        DRAWN_CANVAS: _read_canvas,
        OTHER_CHARACTERS: _read_characters,
        DOODLES: _read_doodles,
    }
    found = {name: reader for name, reader in readers.items() if (folder / name).exists()}
    if not found:
        raise MissingData(
            f"{folder} holds none of {', '.join(readers)}; "
            f"`make drawings DATA={folder}` fetches them."
        )
    samples: list[Sample] = []
    for name, reader in found.items():
        try:
            samples += reader(folder / name)
        except (KeyError, TypeError, ValueError, IndexError, zipfile.BadZipFile) as error:
            raise DamagedData(folder / name, f"is not the set it should be ({error!r})") from error
    return samples


def parse_strokes(strokes: list[Any]) -> tuple[Points, ...]:
    """Turn JSON paths `[[x, y, ...], ...]` into arrays of shape (n, 2), without empty ones.

    Raises TypeError, ValueError or IndexError for anything else.
    """
    paths = tuple(
        np.array([[point[0], point[1]] for point in stroke], np.float64)
        for stroke in strokes
        if stroke
    )
    if not paths or not all(np.isfinite(path).all() for path in paths):
        raise ValueError("strokes hold no points, or some that are not finite")
    return paths


def _read_strokes(path: Path) -> list[Sample]:
    return [
        Sample(StrokeDrawing(parse_strokes(d["strokes"])), _digit(d["label"]), d["writer"])
        for d in json.loads(path.read_bytes())
    ]


def _read_canvas(path: Path) -> list[Sample]:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        images, labels, sources = file["images"], file["labels"], file["source"]
    return [
        Sample(_ink(image), _digit(label), str(source))
        for image, label, source in zip(images, labels, sources, strict=True)
        if image.any()
    ]


def _read_characters(path: Path) -> list[Sample]:
    return [
        Sample(StrokeDrawing(parse_strokes(d["strokes"])), NONE_LABEL, d["alphabet"])
        for d in json.loads(path.read_bytes())
    ]


def _read_doodles(path: Path) -> list[Sample]:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        images, categories = file["images"], file["category"]
    return [
        Sample(_ink(image), NONE_LABEL, str(category))
        for image, category in zip(images, categories, strict=True)
        if image.any()
    ]


def _ink(image: NDArray[np.uint8]) -> InkDrawing:
    return InkDrawing(image.astype(np.float32) / np.float32(255))


def _digit(label: Any) -> int:  # noqa: ANN401 -- whatever the file holds
    if not 0 <= int(label) < len(LABELS):
        raise ValueError(f"the label {label} is no digit")
    return int(label)
