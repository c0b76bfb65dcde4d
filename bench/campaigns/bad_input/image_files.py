"""A drawn 7 in every kind of JPEG and WebP, in every other format that Pillow writes."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms, ImageOps

from bench.campaigns.bad_input.png_files import (
    GREY,
    Kind,
    Levels,
    data,
    encode,
    head,
    kinds,
    of_chunks,
)
from bench.events import painted

READ_FORMATS = ("PNG", "JPEG", "WEBP")
MODES = (
    *(
        "1",
        "L",
        "LA",
        "La",
        "P",
        "PA",
        "RGB",
        "RGBA",
        "RGBa",
        "RGBX",
        "CMYK",
        "YCbCr",
        "LAB",
        "HSV",
    ),
    *("I", "F", "I;16"),
)
ORIENTATION = 0x0112
# What turns a picture so that a camera's orientation tag turns it back.
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
SIDES_PX = (57, 61)  # so small that lines of few bits end within a byte, in every interlacing


def small() -> Image.Image:
    """Return the 7 small, black on white."""
    return painted().resize(SIDES_PX)


def sound_files() -> Iterator[tuple[str, bytes]]:
    """Yield files that are to be read, each of the same 7."""
    greys = np.asarray(small())
    for kind in kinds():
        yield f"PNG, {kind}", encode(greys, kind)
        yield f"PNG, {kind}, light on dark", encode(255 - greys, kind)
    yield from _png_with_more(greys)
    yield from _jpeg()
    yield from _webp()
    yield from _modes(READ_FORMATS)


def foreign_files() -> Iterator[tuple[str, bytes]]:
    """Yield files of all other formats that Pillow writes."""
    Image.init()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of formats that Pillow will drop
        files = list(_modes(tuple(sorted(set(Image.SAVE) - set(READ_FORMATS)))))
    yield from files


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def two_frames_of(kind: str) -> bytes:
    """Return an animation."""
    turned = small().rotate(20, fillcolor=255)
    return save(small(), kind, save_all=True, append_images=[turned])


def split(greys: Levels, size: int) -> bytes:
    """Return a PNG whose data is in parts of some bytes; of 50 and of none by turns if 0."""
    whole = data(greys, Kind(GREY, 8))
    step = size or 50
    parts = [whole[at : at + step] for at in range(0, len(whole), step)]
    if not size:
        parts = [part for sent in parts for part in (b"", sent)]
    return of_chunks([*head(greys.shape, Kind(GREY, 8)), *((b"IDAT", part) for part in parts)])


def _png_with_more(greys: Levels) -> Iterator[tuple[str, bytes]]:
    grey = Kind(GREY, 8)
    profile = zlib.compress(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    text = zlib.compress(b"drawn by hand")
    for name, body in (
        (b"gAMA", struct.pack(">I", 45455)),
        (b"gAMA", struct.pack(">I", 0)),
        (b"cHRM", bytes(32)),
        (b"sRGB", b"\0"),
        (b"sBIT", b"\x08"),
        (b"iCCP", b"sRGB\0\0" + profile),
        (b"bKGD", b"\0\0"),
        (b"pHYs", struct.pack(">IIB", 1, 4_000_000_000, 0)),
        (b"tIME", bytes([255] * 7)),
        (b"tEXt", b"Comment\0" + b"7" * 900),
        (b"tEXt", b"no end of a keyword"),
        (b"zTXt", b"Comment\0\0" + text),
        (b"iTXt", b"Comment\0\1\0de\0Kommentar\0" + text),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        (b"hIST", b""),
        (b"sPLT", b"palette"),
        (b"vpAg", bytes(9)),
    ):
        yield f"PNG with {name.decode()} before", encode(greys, grey, before=[(name, body)])
        yield f"PNG with {name.decode()} behind", encode(greys, grey, after=[(name, body)])
    frame = struct.pack(">IIIIIHHBB", 0, *SIDES_PX, 0, 0, 1, 10, 0, 0)
    one = [(b"acTL", struct.pack(">II", 1, 0)), (b"fcTL", frame)]
    yield "PNG of one frame", encode(greys, grey, before=one)
    yield "PNG, its data in single bytes", split(greys, 1)
    yield "PNG, its data in parts, some empty", split(greys, 0)


def _jpeg() -> Iterator[tuple[str, bytes]]:
    grey, colour = small(), ImageOps.colorize(small(), (20, 20, 90), (250, 250, 240))
    for quality in (20, 50, 75, 95, 100):
        for progressive in (False, True):
            options: dict[str, object] = {"quality": quality, "progressive": progressive}
            name = f"JPEG {'progressive' if progressive else 'baseline'} {quality}"
            yield f"{name}, grey", save(grey, "JPEG", **options)
            for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
                yield (
                    f"{name}, {subsampling}",
                    save(colour, "JPEG", subsampling=subsampling, **options),
                )
    for more in (
        {"restart_marker_blocks": 1},
        {"restart_marker_rows": 1, "progressive": True},
        {"optimize": True},
        {"comment": "x" * 60_000},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
        {"dpi": (1, 60_000)},
        {"keep_rgb": True},
    ):
        yield f"JPEG with {', '.join(more)}", save(colour, "JPEG", **more)
    yield "JPEG, CMYK", save(colour.convert("CMYK"), "JPEG")
    yield "JPEG, YCCK", ycck()
    for orientation, turn in TURNS.items():
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        lying = grey if turn is None else grey.transpose(turn)
        for kind in READ_FORMATS:
            yield f"{kind} turned as {orientation}", save(lying, kind, exif=exif)


def ycck() -> bytes:
    """Return a JPEG whose four samples are YCbCr of inverted inks, and black.

    Pillow writes no such file, so this one is written as CMYK and then told to be YCCK.
    """
    luma = small()
    flat = Image.new("L", luma.size, 127)
    samples = Image.merge("CMYK", (luma, flat, flat, Image.new("L", luma.size, 0)))
    data = save(samples, "JPEG", quality=95)
    adobe = data.index(b"Adobe") + len(b"Adobe") + 6  # behind the version and two flags
    return data[:adobe] + b"\x02" + data[adobe + 1 :]


def _webp() -> Iterator[tuple[str, bytes]]:
    colour = ImageOps.colorize(small(), (20, 20, 90), (250, 250, 240))
    inked = Image.new("RGBA", colour.size, (0, 0, 0, 0))
    inked.putalpha(ImageOps.invert(small()))
    for method in (0, 4, 6):
        for lossless in (False, True):
            options = {"method": method, "lossless": lossless}
            yield f"WebP {options}", save(colour, "WEBP", **options)
            yield f"WebP {options}, ink in alpha", save(inked, "WEBP", exact=True, **options)
    for quality in (20, 50, 100):
        yield f"WebP {quality}", save(colour, "WEBP", quality=quality)
        yield f"WebP alpha {quality}", save(inked, "WEBP", alpha_quality=quality)


def _modes(formats: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield the 7 in each format, in each mode in which it can be written there."""
    for kind in formats:
        for mode in MODES:
            try:
                image = small().convert("L" if mode == "I;16" else mode)
                if mode == "I;16":
                    image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
                yield f"{kind}, mode {mode}", save(image, kind)
            except (OSError, ValueError, KeyError, SystemError, TypeError, RuntimeError):
                continue  # this format has no such mode, or Pillow no such conversion
