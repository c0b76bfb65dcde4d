"""What is no pixel of an image file neither harms nor delays its reading."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from chalicelib.errors import InvalidImage
from chalicelib.limits import MAX_IMAGE_SEGMENTS
from chalicelib.recognition.image_files import (
    UPRIGHT,
    orientation_of,
    without_metadata,
)
from chalicelib.recognition.images import UPRIGHTED, decode_image
from tests.unit.digits import THREE, draw, encode

FORMATS = ("PNG", "JPEG", "WEBP")
ORIENTATION, MAKE, RESOLUTION_UNIT, WIDTH = 0x0112, 0x010F, 0x0128, 0x0100
ASCII, SHORT, LONG, RATIONAL, FLOAT = 2, 3, 4, 5, 11
SEED = 20261121
IMAGE = draw(THREE, side_px=64, size_px=40, brush_px=5, at=(9, 9))
TURNED = (ORIENTATION, SHORT, 1, b"\6\0")


def exif(*entries: tuple[int, int, int, bytes], order: str = "<", rest: bytes = b"") -> bytes:
    """Return EXIF data of one directory, of entries of tag, kind, count and value."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    packed = [struct.pack(f"{order}HHI4s", *entry) for entry in entries]
    directory = struct.pack(f"{order}H", len(entries)) + b"".join(packed) + bytes(4)
    return b"Exif\0\0" + head + struct.pack(f"{order}I", 8) + directory + rest


def png_with(kind: bytes, body: bytes, times: int = 1) -> bytes:
    """Return a PNG with a chunk behind its header."""
    data = encode(IMAGE)
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk * times + data[33:]


def jpeg_with(segment: bytes) -> bytes:
    """Return a JPEG with something behind its first marker."""
    data = encode(IMAGE, "JPEG")
    return data[:2] + segment + data[2:]


def app(number: int, body: bytes) -> bytes:
    """Return a segment of an application in a JPEG."""
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(body) + 2) + body


def assert_reads_as(data: bytes, expected: bytes) -> None:
    np.testing.assert_allclose(decode_image(data).ink, decode_image(expected).ink, atol=1e-6)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_image_is_turned_upright(kind: str, orientation: int, order: str) -> None:
    told = exif((ORIENTATION, SHORT, 1, struct.pack(f"{order}H", orientation)), order=order)
    found = decode_image(encode(IMAGE, kind, exif=told, quality=95))
    upright = UPRIGHTED.get(orientation)
    image = Image.open(io.BytesIO(encode(IMAGE, kind, quality=95)))
    expected = image.transpose(upright) if upright is not None else image
    np.testing.assert_allclose(
        found.ink, decode_image(encode(expected.convert("RGB"))).ink, atol=0.05
    )


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "odd",
    [
        (MAKE, FLOAT, 1, struct.pack("<f", 1)),
        (RESOLUTION_UNIT, ASCII, 1, b"2"),
        (WIDTH, FLOAT, 1, struct.pack("<f", 64)),
        (MAKE, RATIONAL, 130_000, struct.pack("<I", 40)),
        (MAKE, 99, 2**32 - 1, b"\xff\xff\xff\xff"),
    ],
    ids=["make", "unit", "width", "rationals", "nonsense"],
)
def test_what_a_camera_says_besides_keeps_nobody_from_seeing(
    kind: str, odd: tuple[int, int, int, bytes]
) -> None:
    assert_reads_as(
        encode(IMAGE, kind, exif=exif(odd, TURNED, rest=bytes(1000))),
        encode(IMAGE, kind, exif=exif(TURNED)),
    )


@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [(SHORT, 1, b"\0\0"), (SHORT, 1, b"\x09\0"), (SHORT, 2, b"\6\0"), (FLOAT, 1, b"\6\0\0\0")],
)
def test_an_orientation_that_is_none_leaves_an_image_as_it_is(
    kind: int, count: int, value: bytes
) -> None:
    assert orientation_of(exif((ORIENTATION, kind, count, value))) == UPRIGHT


def test_no_bytes_break_the_look_for_an_orientation() -> None:
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    whole = exif((MAKE, ASCII, 4, b"cam\0"), TURNED)
    for _ in range(3000):
        data = bytearray(whole[: rng.randrange(len(whole) + 1)])
        for _ in range(rng.randrange(4)):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        assert 1 <= orientation_of(bytes(data)) <= 8


@pytest.mark.parametrize("key", [b"xmp", b"exif", b"transparency", b"dpi"])
def test_a_text_of_any_name_is_only_a_text(key: bytes) -> None:
    assert_reads_as(png_with(b"tEXt", key + b"\0\xff\0text"), encode(IMAGE))


def test_texts_that_would_take_a_quarter_of_a_gigabyte_are_left_alone() -> None:
    packed = zlib.compress(("a" * 1_000_000 + "\N{OWL}").encode())
    data = png_with(b"iTXt", b"a\0\1\0\0\0" + packed, times=64)
    pixels, _ = without_metadata(data)
    assert len(pixels) <= len(encode(IMAGE))
    assert_reads_as(data, encode(IMAGE))


@pytest.mark.parametrize(
    "data",
    [
        png_with(b"prVt", b"", MAX_IMAGE_SEGMENTS),
        jpeg_with(app(1, b"Exif\0\0") * MAX_IMAGE_SEGMENTS),
        encode(IMAGE, "WEBP")[:12] + struct.pack("<4sI", b"JUNK", 0) * MAX_IMAGE_SEGMENTS,
    ],
    ids=FORMATS,
)
def test_a_flood_of_segments_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImage, match="more than 10,000 segments"):
        decode_image(data)


def test_a_jpeg_is_read_whatever_its_applications_say() -> None:
    """The second picture that phones put behind the first one is no animation."""
    several = (
        app(2, b"MPF\0II*\0\x08\0\0\0") + app(5, b"\xff\xda" * 99) + app(1, b"http://ns\0<x/>")
    )
    assert_reads_as(jpeg_with(several) + encode(IMAGE, "JPEG"), encode(IMAGE, "JPEG"))
    assert_reads_as(jpeg_with(b"\xff" * 500_000), encode(IMAGE, "JPEG"))
    inverted = encode(IMAGE.convert("CMYK"), "JPEG")  # which Adobe's segment says
    assert b"Adobe" in without_metadata(inverted)[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_cut_off_is_left_to_the_decoder(kind: str) -> None:
    whole = encode(IMAGE, kind, exif=exif(TURNED))
    for end in range(0, len(whole), 7):
        pixels, orientation = without_metadata(whole[:end])
        assert len(pixels) <= end
        assert orientation in (1, 6)
