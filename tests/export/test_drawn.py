"""The optional drawings are read with who made them, or refused with the file's name."""

import json
from pathlib import Path

import numpy as np
import pytest

from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from export.drawn import NONE_LABEL, load_drawings
from export.errors import DamagedData, MissingData


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """Return a folder with the four sets, two drawings each."""
    (tmp_path / "drawn").mkdir()
    (tmp_path / "not_digits").mkdir()
    strokes = [[[0, 0, 5], [3, 4, 6]], []]
    (tmp_path / "drawn" / "strokes.json").write_text(
        json.dumps([{"label": n, "writer": f"w{n}", "strokes": strokes} for n in (3, 7)])
    )
    images = np.zeros((3, 28, 28), np.uint8)
    images[:2, 5:20, 10] = 255
    np.savez(
        tmp_path / "drawn" / "canvas28.npz",
        images=images,
        labels=np.array([1, 1, 1], np.uint8),
        source=np.array(["a", "b", "b"]),
    )
    (tmp_path / "not_digits" / "characters.json").write_text(
        json.dumps([{"alphabet": "Greek", "character": n, "strokes": strokes} for n in "ab"])
    )
    np.savez(
        tmp_path / "not_digits" / "doodles.npz",
        images=images,
        category=np.array(["star", "train", "train"]),
    )
    return tmp_path


def test_every_set_is_read_with_its_groups(drawings: Path) -> None:
    samples = load_drawings(drawings)
    assert [(s.target, s.group) for s in samples] == [
        (3, "w3"), (7, "w7"), (1, "a"), (1, "b"),
        (NONE_LABEL, "Greek"), (NONE_LABEL, "Greek"), (NONE_LABEL, "star"), (NONE_LABEL, "train"),
    ]  # fmt: skip
    assert isinstance(samples[0].drawing, StrokeDrawing)
    np.testing.assert_array_equal(samples[0].drawing.strokes[0], [[0, 0], [3, 4]])
    assert isinstance(samples[2].drawing, InkDrawing)
    assert samples[2].drawing.ink.max() == 1.0


def test_a_folder_with_one_of_the_sets_is_enough(drawings: Path) -> None:
    for name in ("drawn/strokes.json", "drawn/canvas28.npz", "not_digits/doodles.npz"):
        (drawings / name).unlink()
    assert {s.group for s in load_drawings(drawings)} == {"Greek"}


def test_a_folder_with_none_of_the_sets_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"holds none of drawn/strokes\.json"):
        load_drawings(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "[",
        "[1]",
        '[{"label": 10, "writer": "w", "strokes": [[[0, 0]]]}]',
        '[{"label": 1, "writer": "w", "strokes": []}]',
        '[{"label": 1, "writer": "w", "strokes": [[[0]]]}]',
        '[{"label": 1, "writer": "w", "strokes": [[[0, NaN]]]}]',
        '[{"label": 1, "strokes": [[[0, 0]]]}]',
    ],
)
def test_a_damaged_set_is_named(drawings: Path, content: str) -> None:
    (drawings / "drawn" / "strokes.json").write_text(content)
    with pytest.raises(DamagedData, match=r"strokes\.json"):
        load_drawings(drawings)


def test_an_archive_that_is_none_is_named(drawings: Path) -> None:
    (drawings / "drawn" / "canvas28.npz").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DamagedData, match=r"canvas28\.npz"):
        load_drawings(drawings)
