"""Drawings kept as pictures are read from the formats in which their makers publish them."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from export.canvas_sources import read_doodles, read_pngs
from export.originals import UNREADABLE
from tests.export.original_files import archive, png, quickdraw_npy

MEMBER = re.compile(r"[^/]+/(\d)/\d+\.png")


@pytest.fixture
def ink() -> NDArray[np.uint8]:
    """Return a one with a soft edge."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13], image[4:24, 14] = 255, 96
    return image


def read(folder: Path, members: dict[str, bytes]) -> list[dict[str, object]]:
    (folder / "digits.zip").write_bytes(archive(members))
    return read_pngs(folder / "digits.zip", "someone/digits", MEMBER)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_black_on_white_becomes_ink(tmp_path: Path, ink: NDArray[np.uint8], mode: str) -> None:
    (record,) = read(tmp_path, {"digits-4f2a/1/0.png": png(ink, mode)})
    np.testing.assert_array_equal(record.pop("image"), ink)
    assert record == {"label": 1, "source": "someone/digits"}


def test_the_folder_is_the_label_and_other_files_are_passed_over(
    tmp_path: Path, ink: NDArray[np.uint8]
) -> None:
    names = ("7/10.png", "7/9.png", "0/0.png", "icon.png", "0/0.png.import", "src/loader.py")
    records = read(tmp_path, {f"digits-4f2a/{name}": png(ink) for name in names})
    assert [record["label"] for record in records] == [0, 7, 7]


def test_a_larger_picture_is_reduced_by_area(tmp_path: Path) -> None:
    ink = np.zeros((32, 32), np.uint8)
    ink[:16] = 255  # 14 of the 28 rows
    (record,) = read(tmp_path, {"digits/1/0.png": png(ink)})
    image = record["image"]
    assert isinstance(image, np.ndarray)
    assert image.shape == (28, 28)
    assert (image[:14] == 255).all()
    assert not image[14:].any()


def test_white_on_black_is_refused(tmp_path: Path, ink: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"1/0\.png is not black on white"):
        read(tmp_path, {"digits/1/0.png": png(255 - ink)})


def test_a_picture_that_is_no_small_drawing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is of \(65, 65\) pixels"):
        read(tmp_path, {"digits/1/0.png": png(np.zeros((65, 65), np.uint8))})
    with pytest.raises(ValueError, match="too large"):
        read(tmp_path, {"digits/1/0.png": bytes(70_000)})
    with pytest.raises(UNREADABLE):
        read(tmp_path, {"digits/1/0.png": b"\x89PNG\r\n\x1a\n"})


def test_the_first_doodles_are_read_from_a_file_that_ends_after_them(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (9, 28, 28), np.uint8)
    content = quickdraw_npy(images)
    (tmp_path / "star.npy").write_bytes(content[: 256 + 5 * 28 * 28])
    records = read_doodles(tmp_path / "star.npy", "star", count=5)
    assert {record["category"] for record in records} == {"star"}
    np.testing.assert_array_equal(np.array([record["image"] for record in records]), images[:5])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>no such file</html>",
        quickdraw_npy(np.zeros((3, 28, 28), np.uint8))[:1500],
        quickdraw_npy(np.zeros((3, 28, 28), np.float32)),
        quickdraw_npy(np.zeros((3, 20, 20), np.uint8)),
    ],
)
def test_what_holds_no_doodles_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "star.npy").write_bytes(content)
    with pytest.raises(UNREADABLE):
        read_doodles(tmp_path / "star.npy", "star", count=3)
