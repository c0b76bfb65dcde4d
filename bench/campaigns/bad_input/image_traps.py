"""Images that are dangerous, several things at once, or several pictures."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from bench.campaigns.bad_input.image_damage import Named, originals
from bench.campaigns.bad_input.image_files import save, small, two_frames_of
from bench.campaigns.bad_input.png_files import (
    ADAM7,
    GREY,
    RGB_ALPHA,
    Kind,
    announced,
    chunk,
    encode,
    head,
    header,
    of_chunks,
    two_frames,
)

BOMB_BYTES = 100_000_000  # what some chunks inflate to
MOST_BYTES = 1_000_000  # of a file: the API takes little more
GREY_8 = Kind(GREY, 8)
ANNOUNCED = (
    (9_000, 9_000),
    (65_535, 65_535),
    (2**31 - 1, 2**31 - 1),
    (1, 2**31 - 1),
    (4_096, 977),
)
SCRIPT = b"<html><script>alert(document.domain)</script>"


def bombs() -> Named:
    """Yield small files that cost much to whoever trusts them."""
    packed = _packed_zeros()
    yield from _chunks_that_inflate(packed)
    yield from _many_chunks()
    yield from _large_pictures()
    row = [(b"IHDR", header(BOMB_BYTES, 1, GREY_8)), (b"IDAT", packed)]
    yield "PNG, a row of 100 MB", of_chunks(row)
    for sides in ANNOUNCED:
        yield f"PNG, {sides} announced", announced(*sides)
    yield "JPEG, 65,500 a side announced", jpeg_announcing(65_500, 65_500)
    yield "JPEG, 2000 x 2000, nothing behind", jpeg_announcing(2_000, 2_000)
    yield "JPEG, thousands of scans", many_scans()
    yield "WebP, 16,383 a side", save(Image.new("L", (16_383, 200)), "WEBP", quality=1)


def _packed_zeros() -> bytes:
    zeros = zlib.compressobj(9)
    parts = [zeros.compress(bytes(1_000_000)) for _ in range(BOMB_BYTES // 1_000_000)]
    return b"".join([*parts, zeros.flush()])


def _chunks_that_inflate(packed: bytes) -> Named:
    greys = np.asarray(small())
    for name, body in (
        (b"zTXt", b"Comment\0\0" + packed),
        (b"iTXt", b"Comment\0\1\0\0\0" + packed),
        (b"iCCP", b"sRGB\0\0" + packed),
    ):
        yield f"PNG, {name.decode()} of 100 MB", encode(greys, GREY_8, before=[(name, body)])
        yield f"PNG, {name.decode()} of 100 MB behind", encode(greys, GREY_8, after=[(name, body)])
    yield "PNG, IDAT of 100 MB", of_chunks([*head(greys.shape, GREY_8), (b"IDAT", packed)])


def _many_chunks() -> Named:
    whole = encode(np.asarray(small()), GREY_8)
    for name, one in (("text", chunk(b"tEXt", b"a\0b")), ("no data", chunk(b"IDAT", b""))):
        many = one * (MOST_BYTES // len(one))
        yield f"PNG, thousands of chunks of {name}", whole[:33] + many + whole[33:]


def _large_pictures() -> Named:
    """Yield pictures as large as are taken."""
    for interlaced in (False, True):
        kind = Kind(RGB_ALPHA, 16, interlaced)
        lines = zlib.compress(bytes((2_000 * 8 + 1) * 2_000 + len(ADAM7) * 2_000))
        largest = of_chunks([(b"IHDR", header(2_000, 2_000, kind)), (b"IDAT", lines)])
        yield f"PNG, the largest, {kind}", largest
    yield "JPEG, the largest", save(Image.new("CMYK", (2_000, 2_000)), "JPEG")
    image = Image.new("RGBA", (2_000, 2_000))
    yield "WebP, the largest", save(image, "WEBP", lossless=True, method=0)


def jpeg_announcing(width: int, height: int) -> bytes:
    """Return a JPEG of a small picture whose header tells of a large one."""
    whole = bytearray(originals()["JPEG"])
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(whole)


def many_scans() -> bytes:
    """Return a progressive JPEG, one of whose scans comes again and again."""
    whole = save(Image.new("L", (2_000, 2_000), 128), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    return whole[:last] + scan * ((MOST_BYTES - len(whole)) // len(scan)) + b"\xff\xd9"


def polyglots() -> Iterator[tuple[str, bytes, bool]]:
    """Yield files that are several things at once, and whether the 7 is to be read in them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("index.html", SCRIPT)
    archive = file.getvalue()
    files = originals()
    for name in ("PNG", "JPEG", "WebP"):
        for other, rest in {
            "ZIP": archive,
            "HTML": SCRIPT,
            "itself": files[name],
            "zeros": bytes(9_999),
        }.items():
            yield f"{name} with {other} behind", files[name] + rest, True
        for other, start in {"ZIP": archive, "HTML": SCRIPT, "a byte": b"\n"}.items():
            yield f"{other} with {name} behind", start + files[name], False
    yield "PNG with PHP in it", _with_text(b"<?php system($_GET[0]); ?>"), True
    yield "PNG with HTML in it", _with_text(SCRIPT), True
    yield "JPEG with HTML in it", save(small(), "JPEG", comment=SCRIPT), True
    yield "JPEG with JavaScript in it", save(small(), "JPEG", comment=b"*/=alert(1)/*"), True
    gif = save(small(), "GIF")
    yield "GIF with JavaScript", gif[:6] + b"/*" + gif[8:] + b"*/=alert(1)", False
    yield "PDF with PNG in it", b"%PDF-1.7\n" + files["PNG"], False
    yield "SVG with PNG in it", b'<svg><image href="data:image/png;base64,"/></svg>', False
    yield "MNG", b"\x8aMNG" + files["PNG"][4:], False
    yield "JNG", b"\x8bJNG" + files["PNG"][4:], False
    yield "RIFF that is no WebP", files["WebP"].replace(b"WEBP", b"WAVE", 1), False


def animations() -> Named:
    """Yield files of several frames."""
    yield "PNG of two frames", two_frames()
    for kind in ("PNG", "WEBP"):
        yield f"{kind} of two frames, by Pillow", two_frames_of(kind)


def _with_text(text: bytes) -> bytes:
    return encode(np.asarray(small()), GREY_8, before=[(b"tEXt", b"Comment\0" + text)])
