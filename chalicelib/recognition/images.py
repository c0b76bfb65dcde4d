"""Untrusted image bytes become ink. The one module that knows Pillow.

The size is read from the header and judged before a pixel is decoded, so a decompression bomb
costs no more than its header. So is the number of a JPEG's scans: a scan of the whole picture fits
in 14 bytes, and a megabyte of them would keep a processor busy for a quarter of an hour.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from chalicelib.errors import AnimatedImage, ImageTooLarge, InvalidImage, UnsupportedImage
from chalicelib.limits import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX, MAX_JPEG_SCANS
from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.ink import find_ink

FORMATS = ("PNG", "JPEG", "WEBP")
Image.MAX_IMAGE_PIXELS = None  # `_check` judges the size, and says by which limit
_SCAN = b"\xff\xda"  # in front of each scan of a JPEG, and never within one
WORKING_SIDE_PX = 512  # larger images are reduced to at most twice this; digits need far less


def decode_image(data: bytes) -> InkDrawing:
    """Return the ink of a PNG, JPEG or WebP of any mode, bit depth and polarity.

    Raises UnsupportedImage, InvalidImage, ImageTooLarge, AnimatedImage, and EmptyDrawing where
    the image shows nothing that stands out from its background.
    """
    with _failures_as_invalid_image():
        image = _open(data)
        _check(image)
        _check_scans(image, data)
        image.load()
        if image.info:  # the metadata, which may tell how it is turned
            ImageOps.exif_transpose(image, in_place=True)
        factor = max(1, max(image.size) // WORKING_SIDE_PX)
        colours = _reduced(_rgba(image), factor)
    return find_ink(colours, pixel_size=float(factor))


@contextmanager
def _failures_as_invalid_image() -> Iterator[None]:
    """Pillow's decoders fail in many ways on damaged bytes; each is the sender's error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning about odd metadata concerns nobody here
            yield
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        struct.error,
        zlib.error,
    ) as error:
        raise InvalidImage("its data is damaged or incomplete") from error


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or _is_webp(data):
            raise InvalidImage("its header is damaged or incomplete") from error
        raise UnsupportedImage from error


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _check(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_IMAGE_PIXELS or max(width, height) > MAX_IMAGE_SIDE_PX:
        raise ImageTooLarge(width, height, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX)
    if getattr(image, "n_frames", 1) > 1:
        raise AnimatedImage


def _check_scans(image: Image.Image, data: bytes) -> None:
    if image.format in ("JPEG", "MPO") and data.count(_SCAN) > MAX_JPEG_SCANS:
        raise InvalidImage(f"it is a JPEG of more than {MAX_JPEG_SCANS} scans")


def _rgba(image: Image.Image) -> Image.Image:
    """Return the image in mode L, RGB or RGBA, itself where it is: a copy costs up to 16 MB.

    Pillow would clip 16-bit greys, not scale them.
    """
    if image.mode.startswith("I"):
        deep = np.asarray(image, dtype=np.float32)
        return Image.fromarray(np.rint(deep / 257).clip(0, 255).astype(np.uint8))
    if image.mode == "P" and image.palette is None:
        raise InvalidImage("it has no palette")
    opaque = "L" if image.mode in ("1", "L") else "RGB"
    wanted = "RGBA" if image.has_transparency_data else opaque
    return image if image.mode == wanted else image.convert(wanted)


def _reduced(image: Image.Image, factor: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(image.reduce(factor) if factor > 1 else image)
