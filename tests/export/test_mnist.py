"""IDX files are read strictly, and MNIST comes from a folder or from a mirror."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from export.errors import DamagedData, MissingData
from export.mnist import load_mnist, read_idx
from tests.export.file_server import FileServer
from tests.export.small_data import draw_digits, idx_bytes, write_mnist

LABELS = np.arange(7, dtype=np.uint8)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    digits = draw_digits(20, seed=3)
    write_mnist(tmp_path, digits, digits)
    read = load_mnist(tmp_path, "test", mirrors=())
    np.testing.assert_array_equal(read.pictures, digits.pictures)
    np.testing.assert_array_equal(read.labels, digits.labels)


def test_plain_and_compressed_files_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(idx_bytes(LABELS))
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(LABELS)))
    np.testing.assert_array_equal(read_idx(tmp_path / "a", 1), read_idx(tmp_path / "a.gz", 1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "too few"),
        (b"\x00\x00\x08", "too few"),
        (b"\x01" + idx_bytes(LABELS)[1:], "no IDX file"),
        (b"\x00\x00\x0d" + idx_bytes(LABELS)[3:], "no IDX file"),
        (idx_bytes(LABELS[None]), "2 dimensions"),
        (idx_bytes(LABELS)[:-1], "14 bytes where the header says 15"),
        (idx_bytes(LABELS) + b"\x00", "16 bytes where the header says 15"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff", "4294967303"),
    ],
)
def test_a_file_that_is_no_idx_of_labels_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DamagedData, match=reason) as error:
        read_idx(path, dimensions=1)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("cut", [0, 5, 20, -4])
def test_a_cut_gzip_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(idx_bytes(LABELS))[:cut])
    with pytest.raises(DamagedData):
        read_idx(path, dimensions=1)


def test_pictures_and_labels_must_be_as_many(tmp_path: Path) -> None:
    digits = draw_digits(20, seed=3)
    write_mnist(tmp_path, digits, digits)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(LABELS)))
    with pytest.raises(DamagedData, match="7 labels for 20 pictures"):
        load_mnist(tmp_path, "test", mirrors=())


def test_a_label_past_nine_is_refused(tmp_path: Path) -> None:
    digits = draw_digits(7, seed=3)
    write_mnist(tmp_path, digits, digits)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(LABELS + 4)))
    with pytest.raises(DamagedData, match="a label is 10"):
        load_mnist(tmp_path, "test", mirrors=())


def test_a_mirror_with_other_digits_is_not_taken_for_mnist(
    file_server: FileServer, small_mnist: Path, tmp_path: Path
) -> None:
    for path in small_mnist.iterdir():
        file_server.files[f"/{path.name}"] = path.read_bytes()
    with pytest.raises(MissingData, match="has the sha256"):
        load_mnist(tmp_path, "test", mirrors=(file_server.url,))
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_that_answers_with_a_web_page_is_not_taken_for_mnist(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.files["/t10k-images-idx3-ubyte.gz"] = b"<html>Please log in</html>"
    with pytest.raises(MissingData, match="no gzip file"):
        load_mnist(tmp_path, "test", mirrors=(file_server.url,))


def test_mnist_is_downloaded_and_verified(
    file_server: FileServer, real_mnist: Path, tmp_path: Path
) -> None:
    """Checked with the real files: their sums are pinned by content, however compressed."""
    for path in real_mnist.glob("t10k-*"):
        file_server.files[f"/{path.name}"] = path.read_bytes()
    file_server.cuts = 1
    digits = load_mnist(tmp_path, "test", mirrors=(file_server.url,))
    assert digits.pictures.shape == (10_000, 28, 28)
    assert digits.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
