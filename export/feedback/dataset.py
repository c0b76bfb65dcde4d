"""A dataset of accepted feedback: a folder that says of each drawing what it is and its sha256.

    <dataset>/manifest.json            format, dataset, drawings, items; written last
    <dataset>/drawings/<id>.json       strokes: [[[x, y], ...], ...]
    <dataset>/drawings/<id>.png        ink, white on black, of what came as an image

The dataset's id is a digest of what the manifest lists, so the same drawings under the same labels
are the same dataset, wherever and whenever it was pulled. Nothing in it says who drew.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib.errors import InvalidImage
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing
from chalicelib.recognition.png import decode_picture
from export.drawn import parse_strokes
from export.errors import DamagedData, MissingData
from export.files import write_json

MANIFEST = "manifest.json"
DRAWINGS = "drawings"
FORMAT = 1
ID_CHARACTERS = 16
_DATASET = re.compile(rf"[0-9a-f]{{{ID_CHARACTERS}}}")
_FILE = re.compile(rf"{DRAWINGS}/(?P<id>[0-9a-f]{{32}})\.(?:json|png)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One drawing of a dataset.

    id: of the feedback. label: as judged; None: no digit. file: within the dataset's folder.
    source: host of the page it was sent from, None where none was named. day: YYYY-MM-DD.
    """

    id: str
    label: str | None
    file: str
    sha256: str
    source: str | None
    day: str

    def __post_init__(self) -> None:
        """Raise ValueError or TypeError for what cannot be, above all for a file elsewhere."""
        found = _FILE.fullmatch(self.file)
        if found is None or found["id"] != self.id:
            raise ValueError(f"{self.file!r} is not the file of {self.id!r}")
        if not all(isinstance(text, str | None) for text in (self.label, self.source)):
            raise TypeError("label or source is no text")
        date.fromisoformat(self.day)

    def is_content(self, content: bytes) -> bool:
        """Whether that is what the file should hold."""
        return hashlib.sha256(content).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a manifest lists, and where it lies."""

    folder: Path
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        """The digest of what is listed."""
        return dataset_id(self.items)


def dataset_id(items: Sequence[Item]) -> str:
    """Return the id of a dataset of these drawings, in whatever order they come."""
    listed = [asdict(item) for item in sorted(items, key=lambda item: item.id)]
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()[:ID_CHARACTERS]


def write_manifest(folder: Path, items: Sequence[Item]) -> None:
    """Make a folder with drawings a dataset; the same items give the same bytes."""
    ordered = sorted(items, key=lambda item: (item.day, item.id))
    content = {
        "format": FORMAT,
        "dataset": dataset_id(items),
        "drawings": len(items),
        "items": [asdict(item) for item in ordered],
    }
    write_json(folder / MANIFEST, content)


def read_dataset(folder: Path) -> Dataset:
    """Read a dataset's manifest. Raises MissingData, DamagedData."""
    path = folder / MANIFEST
    try:
        dataset = Dataset(folder, _items(json.loads(path.read_bytes())))
    except FileNotFoundError as error:
        raise MissingData(
            f"{folder} holds no {MANIFEST}; make a dataset: python -m export.feedback pull"
        ) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedData(path, f"is not the manifest of a dataset ({error})") from error
    return dataset


def find_datasets(folder: Path) -> list[Dataset]:
    """Return the datasets that were pulled into a folder, the newest first. Raises DamagedData."""
    found = [path for path in folder.iterdir() if _DATASET.fullmatch(path.name)]
    whole = [path for path in found if (path / MANIFEST).exists()]
    newest = sorted(whole, key=lambda path: (path / MANIFEST).stat().st_mtime_ns, reverse=True)
    return [read_dataset(path) for path in newest]


def find_faults(dataset: Dataset) -> Iterator[DamagedData]:
    """Yield what of a dataset is missing, or not what its manifest says."""
    for item in dataset.items:
        try:
            read_drawing(dataset, item)
        except DamagedData as error:
            yield error


def read_drawing(dataset: Dataset, item: Item) -> Drawing:
    """Return a drawing, verified by its sha256. Raises DamagedData."""
    path = dataset.folder / item.file
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DamagedData(path, "it is missing") from error
    if not item.is_content(content):
        raise DamagedData(path, "its sha256 is not the manifest's")
    try:
        if path.suffix == ".png":
            return InkDrawing(decode_picture(content))
        return StrokeDrawing(parse_strokes(json.loads(content)))
    except (InvalidImage, ValueError, TypeError, IndexError) as error:
        raise DamagedData(path, f"it is no drawing ({error})") from error


def _items(content: Any) -> tuple[Item, ...]:  # noqa: ANN401 -- whatever the file holds
    if content["format"] != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, {FORMAT} is read")
    items = tuple(Item(**item) for item in content["items"])
    if dataset_id(items) != content["dataset"]:
        raise ValueError("its items are not those that its id was made of")
    return items
