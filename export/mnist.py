"""MNIST: 70,000 handwritten digits of 28 x 28 pixels, read from IDX files.

Source of the format: http://yann.lecun.com/exdb/mnist. The sums are of the uncompressed
content, so a file that somebody compressed anew is accepted as well.
"""

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from export.download import fetch
from export.errors import DamagedData

Part = Literal["train", "test"]

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
FILES: dict[Part, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
LABELS = tuple("0123456789")
SIDE_PX = 28
UNSIGNED_BYTE = 0x08


@dataclass(frozen=True, slots=True)
class Digits:
    """Pictures of digits and what they show.

    pictures: ndarray of shape (n, 28, 28), uint8, 0 = paper, 255 = ink.
    labels: ndarray of shape (n,), uint8, 0..9.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def load_mnist(folder: Path, part: Part, mirrors: tuple[str, ...] = MIRRORS) -> Digits:
    """Read the train or the test part from `folder`, downloading what is absent.

    Raises
    ------
    MissingData
        A file is not there and no mirror gave it.
    DamagedData
        A file is not what it should be.
    """
    images_path, labels_path = (_find_or_fetch(folder, name, mirrors) for name in FILES[part])
    pictures, labels = read_idx(images_path, dimensions=3), read_idx(labels_path, dimensions=1)
    if pictures.shape[1:] != (SIDE_PX, SIDE_PX):
        raise DamagedData(images_path, f"pictures are {pictures.shape[1:]}, not (28, 28)")
    if len(labels) != len(pictures):
        raise DamagedData(labels_path, f"{len(labels)} labels for {len(pictures)} pictures")
    if labels.max(initial=0) >= len(LABELS):
        raise DamagedData(labels_path, f"a label is {labels.max()}, past {LABELS[-1]}")
    return Digits(pictures, labels)


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, compressed if its name ends in `.gz`.

    Raises
    ------
    DamagedData
        The file is cut, not IDX, of another type or of another number of dimensions.
    """
    content = _read_content(path)
    header_bytes = 4 + 4 * dimensions
    if len(content) < header_bytes:
        raise DamagedData(path, f"{len(content)} bytes are too few for an IDX header")
    zero, kind, found = struct.unpack_from(">HBB", content)
    if zero != 0 or kind != UNSIGNED_BYTE:
        raise DamagedData(path, "this is no IDX file of unsigned bytes")
    if found != dimensions:
        raise DamagedData(path, f"{found} dimensions where {dimensions} are wanted")
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    expected_bytes = header_bytes + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected_bytes:
        raise DamagedData(path, f"{len(content)} bytes where the header says {expected_bytes}")
    return np.frombuffer(content, np.uint8, offset=header_bytes).reshape(shape)


def _find_or_fetch(folder: Path, name: str, mirrors: tuple[str, ...]) -> Path:
    """Answer the path of a file, compressed or not; download it if neither is there."""
    plain, compressed = folder / name, folder / f"{name}.gz"
    if plain.exists():
        return plain
    if not compressed.exists():
        urls = [mirror + compressed.name for mirror in mirrors]
        fetch(urls, compressed, lambda path: _find_fault(path, name))
    return compressed


def _find_fault(path: Path, name: str) -> str | None:
    """Say why a downloaded file is not the canonical `name`, or None."""
    try:
        actual = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return "what came is no gzip file"
    return None if actual == SHA256[name] else f"what came has the sha256 {actual}"


def _read_content(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    try:
        return gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DamagedData(path, f"the gzip data is damaged ({error})") from error
