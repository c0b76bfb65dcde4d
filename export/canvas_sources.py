"""Readers of the originals that are kept as small pictures.

Each takes the file as its makers publish it. A file that is not what it should be raises one of
`export.sources.UNREADABLE`.
"""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from export.drawing_sets import Record
from export.mnist import SIDE_PX

MAX_PNG_BYTES, MAX_PNG_SIDE_PX = 1 << 16, 64  # a member that says more is none of these drawings
PAPER_MAX_MEAN = 128  # a picture with more ink than paper is not black on white


def read_pngs(path: Path, source: str, member: re.Pattern[str]) -> list[Record]:
    """Read digits drawn black on white from the archive of a repository.

    member: matches the names of the pictures; its first group is the label.
    """
    with zipfile.ZipFile(path) as archive:
        found = [name for name in map(member.fullmatch, archive.namelist()) if name]
        return [
            {"image": _read_ink(archive, name[0]), "label": int(name[1]), "source": source}
            for name in sorted(found, key=lambda name: (name[1], len(name[0]), name[0]))
        ]


def read_doodles(path: Path, category: str, count: int) -> list[Record]:
    """Read the first `count` doodles of a category of Quick, Draw!; the file may end after them.

    The file is an array of shape (n, 784), uint8, 255 = ink, in NumPy's own format.
    """
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("its version is not 1.0")
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
        if by_columns or kind != np.uint8 or shape[1:] != (SIDE_PX * SIDE_PX,):
            raise ValueError(f"it holds {kind} of shape {shape}, not uint8 of (n, 784)")
        content = np.frombuffer(file.read(count * SIDE_PX * SIDE_PX), np.uint8)
    images = content.reshape(-1, SIDE_PX, SIDE_PX)
    return [{"image": image, "category": category} for image in images]


def _read_ink(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    """Return a picture's ink, of shape (28, 28), uint8, 255 = ink."""
    if archive.getinfo(name).file_size > MAX_PNG_BYTES:
        raise ValueError(f"{name} is too large for a drawing")
    with Image.open(io.BytesIO(archive.read(name)), formats=("PNG",)) as picture:
        if max(picture.size) > MAX_PNG_SIDE_PX:
            raise ValueError(f"{name} is of {picture.size} pixels")
        ink = ImageChops.invert(picture.convert("L"))
    small = np.asarray(ink.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))
    if small.mean() > PAPER_MAX_MEAN:
        raise ValueError(f"{name} is not black on white")
    return small
