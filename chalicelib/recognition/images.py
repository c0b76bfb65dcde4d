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
from PIL import Image, UnidentifiedImageError

from chalicelib.errors import AnimatedImage, ImageTooLarge, InvalidImage, UnsupportedImage
from chalicelib.limits import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX, MAX_JPEG_SCANS
from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.image_files import (
    JPEG_BEGINS,
    is_webp,
    without_metadata,
)
from chalicelib.recognition.ink import Levels, find_ink
from chalicelib.recognition.png import SIGNATURE as PNG_SIGNATURE

FORMATS = ("PNG", "JPEG", "WEBP")
Image.MAX_IMAGE_PIXELS = None  # `_check` judges the size, and says by which limit
_SCAN = b"\xff\xda"  # in front of each scan of a JPEG, and never within one
WORKING_SIDE_PX = 512  # larger images are reduced to at most twice this; digits need far less
BAND_ROWS = 32  # of the reduced image that are made at once
# What turns an image upright, by its orientation.
UPRIGHTED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_image(data: bytes) -> InkDrawing:
    """Return the ink of a PNG, JPEG or WebP of any mode, bit depth and polarity.

    Raises UnsupportedImage, InvalidImage, ImageTooLarge, AnimatedImage, and EmptyDrawing where
    the image shows nothing that stands out from its background.
    """
    with _failures_as_invalid_image():
        colours, pixel_size = _decode(data)
    return find_ink(colours, pixel_size=float(pixel_size))


def _decode(data: bytes) -> tuple[Levels, int]:
    """Return what `find_ink` takes, and how many pixels of the image a side of its pixels is."""
    pixels, orientation = without_metadata(data)
    image = _open(pixels)
    _check(image)
    _check_scans(image, pixels)
    factor = max(1, max(image.size) // WORKING_SIDE_PX)
    halved = _draft(image, factor)
    image.load()
    if orientation in UPRIGHTED:
        image = image.transpose(UPRIGHTED[orientation])
    return _reduced(image, factor, halved), factor


def _draft(image: Image.Image, factor: int) -> int:
    """Have a JPEG decoded at a half, a quarter or an eighth of its size; return what part it is."""
    side = max(image.size)
    image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))
    return round(side / max(image.size))


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
        if data.startswith((PNG_SIGNATURE, JPEG_BEGINS)) or is_webp(data):
            raise InvalidImage("its header is damaged or incomplete") from error
        raise UnsupportedImage from error


def _check(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_IMAGE_PIXELS or max(width, height) > MAX_IMAGE_SIDE_PX:
        raise ImageTooLarge(width, height, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX)
    if getattr(image, "n_frames", 1) > 1:
        raise AnimatedImage


def _check_scans(image: Image.Image, data: bytes) -> None:
    if image.format == "JPEG" and data.count(_SCAN) > MAX_JPEG_SCANS:
        raise InvalidImage(f"it is a JPEG of more than {MAX_JPEG_SCANS} scans")


def _converted(image: Image.Image) -> Image.Image:
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


def _reduced(image: Image.Image, factor: int, halved: int) -> Levels:
    """Return the image in grey, RGB or RGBA, each pixel the mean of a square of `factor` pixels.

    halved: by how much of that it was reduced as it was decoded.
    """
    if factor == halved:
        return np.asarray(_converted(image))
    if halved > 1:
        left = factor / halved
        width, height = (max(1, int(side / left)) for side in image.size)
        box = (0.0, 0.0, min(image.width, width * left), min(image.height, height * left))
        return np.asarray(_converted(image).resize((width, height), Image.Resampling.BOX, box))
    # In bands, so that converting a large image takes no second one's memory.
    height = factor * BAND_ROWS
    bands = (
        image.crop((0, top, image.width, min(top + height, image.height)))
        for top in range(0, image.height, height)
    )
    return np.concatenate([np.asarray(_converted(band).reduce(factor)) for band in bands])
