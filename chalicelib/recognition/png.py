"""PNG in a few lines, so that showing and keeping a picture needs no imaging library.

Only what is written here is read here; pictures of others are the business of `images`.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import InvalidImage
from chalicelib.limits import MAX_IMAGE_PIXELS
from chalicelib.recognition.drawing import Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY_8_BIT = (8, 0, 0, 0, 0)  # depth, colour type, compression, filter method, no interlace
_HEADER = struct.Struct(">IIBBBBB")


def encode_png(grey: NDArray[np.uint8]) -> bytes:
    """Return an 8-bit greyscale PNG, without any metadata, of an array (height, width)."""
    height, width = grey.shape
    lines = np.zeros((height, width + 1), np.uint8)  # each line starts with filter type 0
    lines[:, 1:] = grey
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", _HEADER.pack(width, height, *GREY_8_BIT)),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), level=6)),
            _chunk(b"IEND", b""),
        )
    )


def encode_picture(picture: Picture) -> bytes:
    """Return the PNG of an array (height, width), float32 in [0, 1]; 1 becomes white."""
    return encode_png(np.rint(picture * 255).astype(np.uint8))


def decode_picture(png: bytes) -> Picture:
    """Return what `encode_picture` made a PNG of, to the nearest of 256 greys.

    Returns an array of shape (height, width), float32 in [0, 1]. Raises InvalidImage for
    anything that `encode_png` does not write.
    """
    try:
        width, height, *kind = _HEADER.unpack(_chunk_of(png, b"IHDR"))
        if tuple(kind) != GREY_8_BIT or not 0 < width * height <= MAX_IMAGE_PIXELS:
            raise InvalidImage("it is not of Inkling's own making")
        size = height * (width + 1)
        data = zlib.decompressobj().decompress(_chunk_of(png, b"IDAT"), size + 1)
        lines = np.frombuffer(data, np.uint8).reshape(height, width + 1)
    except (ValueError, struct.error, zlib.error) as error:
        raise InvalidImage("its data is damaged or incomplete") from error
    if lines[:, 0].any():
        raise InvalidImage("it is not of Inkling's own making")
    return lines[:, 1:].astype(np.float32) / np.float32(255)


def _chunk_of(png: bytes, kind: bytes) -> bytes:
    """Return the data of the first chunk of that kind, whose checksum must be right."""
    if not png.startswith(SIGNATURE):
        raise ValueError("no PNG begins like this")
    start = png.index(kind)
    (length,) = struct.unpack(">I", png[start - 4 : start])
    data = png[start + 4 : start + 4 + length]
    if png[start - 4 : start + 8 + length] != _chunk(kind, data):
        raise ValueError(f"chunk {kind!r} is damaged")
    return data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
