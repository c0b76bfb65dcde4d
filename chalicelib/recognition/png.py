"""A PNG encoder of a few lines, so that showing a picture needs no imaging library."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Picture


def encode_png(grey: NDArray[np.uint8]) -> bytes:
    """Return an 8-bit greyscale PNG, without any metadata, of an array (height, width)."""
    height, width = grey.shape
    lines = np.zeros((height, width + 1), np.uint8)  # each line starts with filter type 0
    lines[:, 1:] = grey
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), level=6)),
            _chunk(b"IEND", b""),
        )
    )


def encode_picture(picture: Picture) -> bytes:
    """Return the PNG of an array (height, width), float32 in [0, 1]; 1 becomes white."""
    return encode_png(np.rint(picture * 255).astype(np.uint8))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
