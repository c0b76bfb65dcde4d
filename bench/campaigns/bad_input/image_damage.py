"""Images that are damaged, dangerous, or several things at once."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from bench.campaigns.bad_input.image_files import save, small, two_frames_of
from bench.campaigns.bad_input.png_files import (
    ADAM7,
    DEPTHS,
    GREY,
    PALETTE,
    RGB_ALPHA,
    Kind,
    announced,
    chunk,
    data,
    encode,
    head,
    header,
    of_chunks,
    two_frames,
)
from chalicelib.recognition.png import SIGNATURE

BOMB_BYTES = 100_000_000  # what some chunks inflate to
GREY_8 = Kind(GREY, 8)
SCRIPT = b"<html><script>alert(document.domain)</script>"
Named = Iterator[tuple[str, bytes]]


def originals() -> dict[str, bytes]:
    """Return small files of each kind, to be damaged."""
    greys = np.asarray(small())
    return {
        "PNG": encode(greys, GREY_8),
        "PNG, interlaced, palette": encode(greys, Kind(PALETTE, 4, interlaced=True)),
        "JPEG": save(small(), "JPEG", quality=60),
        "JPEG, progressive": save(small().convert("RGB"), "JPEG", quality=30, progressive=True),
        "WebP": save(small(), "WEBP", quality=60),
        "WebP, lossless": save(small(), "WEBP", lossless=True),
    }


def truncated() -> Named:
    """Yield files that end too early, at every byte."""
    for name, whole in originals().items():
        for length in range(len(whole)):
            yield f"{name}, the first {length} bytes", whole[:length]


def corrupted(count: int, seed: int) -> Named:
    """Yield files with bytes changed, left out, put in twice, or checksums made right again."""
    chance = random.Random(seed)
    files = list(originals().items())
    for number in range(count):
        name, whole = files[number % len(files)]
        changed = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            _change(changed, chance)
        if name.startswith("PNG") and chance.random() < 0.7:
            changed = bytearray(with_right_checksums(bytes(changed)))
        yield f"{name}, damaged ({number})", bytes(changed)


def _change(changed: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(changed))
    kind = chance.random()
    if kind < 0.5:
        changed[at] = chance.randrange(256)
    elif kind < 0.7:
        changed[at] ^= 1 << chance.randrange(8)
    elif kind < 0.8:
        changed[at : at + 4] = struct.pack(">I", chance.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1)))
    elif kind < 0.9:
        del changed[at : at + chance.randrange(1, 9)]
    else:
        changed[at:at] = changed[at : at + chance.randrange(1, 99)]
    changed += b"\0" * (not changed)


def with_right_checksums(png: bytes) -> bytes:
    """Return a PNG whose chunks' checksums fit again, so that damage is found no earlier."""
    out, at = bytearray(png), len(SIGNATURE)
    while at + 12 <= len(out):
        end = at + 8 + int.from_bytes(out[at : at + 4])
        if end + 4 > len(out):
            break
        out[end : end + 4] = struct.pack(">I", zlib.crc32(out[at + 4 : end]))
        at = end + 4
    return bytes(out)


def odd_pngs() -> Named:
    """Yield PNGs that break a rule of the format each."""
    greys = np.asarray(small())
    first, body = head(greys.shape, GREY_8)[0], (b"IDAT", data(greys, GREY_8))
    shape = (greys.shape[1], greys.shape[0])
    for colour in range(8):
        for depth in (0, 1, 2, 3, 4, 8, 16, 32, 255):
            if depth not in DEPTHS.get(colour, ()):
                kind = Kind(colour, depth)
                yield f"PNG, {kind}", of_chunks([(b"IHDR", header(*shape, kind)), body])
    for last in ((1, 0), (0, 1), (255, 255)):
        head_ = (b"IHDR", header(*shape, GREY_8, last=last))
        yield f"PNG, methods {last}", of_chunks([head_, body])
    for sides in (
        (0, 61),
        (57, 0),
        (2**31, 1),
        (2**32 - 1, 2**32 - 1),
        (1, 1),
        (57, 4000),
        (58, 61),
    ):
        yield f"PNG, {sides} announced", of_chunks([(b"IHDR", header(*sides, GREY_8)), body])
    lines = zlib.decompress(body[1])
    palette = head(greys.shape, Kind(PALETTE, 8))[1]
    for name, chunks in {
        "no IDAT": [first],
        "nothing": [],
        "IDAT first": [body, first],
        "IHDR twice": [first, first, body],
        "IHDR twice, the second large": [first, (b"IHDR", header(60_000, 60_000, GREY_8)), body],
        "a large IHDR behind": [first, body, (b"IHDR", header(60_000, 60_000, GREY_8))],
        "IHDR too short": [(b"IHDR", first[1][:-1]), body],
        "IHDR too long": [(b"IHDR", first[1] + b"\0"), body],
        "no palette": [(b"IHDR", header(*shape, Kind(PALETTE, 8))), body],
        "a palette of 7 bytes": [
            (b"IHDR", header(*shape, Kind(PALETTE, 8))),
            (b"PLTE", b"7" * 7),
            body,
        ],
        "a palette of one": [(b"IHDR", header(*shape, Kind(PALETTE, 8))), (b"PLTE", b"777"), body],
        "a palette too late": [(b"IHDR", header(*shape, Kind(PALETTE, 8))), body, palette],
        "a palette of 257": [first, (b"PLTE", bytes(771)), body],
        "tRNS too long": [first, (b"tRNS", bytes(999)), body],
        "tRNS too short": [first, (b"tRNS", b"\0"), body],
        "a critical chunk that nobody knows": [first, (b"ABCD", b"x"), body],
        "a chunk without letters": [first, (b"\0\0\0\0", b"x"), body],
        "filter 5": [first, (b"IDAT", zlib.compress(b"\x05" + lines[1:]))],
        "filter 255": [first, (b"IDAT", zlib.compress(b"\xff" * len(lines)))],
        "half the lines": [first, (b"IDAT", zlib.compress(lines[: len(lines) // 2]))],
        "more lines": [first, (b"IDAT", zlib.compress(lines * 2))],
        "data that is not packed": [first, (b"IDAT", lines)],
        "a wrong sum of the data": [first, (b"IDAT", body[1][:-4] + b"\0\0\0\0")],
        "one frame announced, none there": [first, (b"acTL", struct.pack(">II", 1, 0)), body],
        "no frame announced": [first, (b"acTL", bytes(8)), body],
        "2**32 frames announced": [first, (b"acTL", b"\xff" * 8), body],
        "acTL too short": [first, (b"acTL", b"\0"), body],
        "a frame outside": [first, (b"fcTL", bytes(3) + b"\1" * 23), body],
        "eXIf that is none": [first, (b"eXIf", b"\xff" * 40), body],
    }.items():
        yield f"PNG, {name}", of_chunks(chunks)
        yield f"PNG, {name}, and no end", of_chunks(chunks, end=False)
    for at, name in ((29, "IHDR"), (-16, "IDAT"), (-4, "IEND")):
        whole = bytearray(of_chunks([first, body]))
        whole[at] ^= 255
        yield f"PNG, {name}'s checksum is wrong", bytes(whole)


def bombs() -> Named:
    """Yield small files that cost much to whoever trusts them."""
    greys = np.asarray(small())
    zeros = zlib.compressobj(9)
    packed = b"".join(zeros.compress(bytes(1_000_000)) for _ in range(BOMB_BYTES // 1_000_000))
    packed += zeros.flush()
    for name, body in (
        (b"zTXt", b"Comment\0\0" + packed),
        (b"iTXt", b"Comment\0\1\0\0\0" + packed),
        (b"iCCP", b"sRGB\0\0" + packed),
    ):
        yield f"PNG, {name.decode()} of 100 MB", encode(greys, GREY_8, before=[(name, body)])
        yield f"PNG, {name.decode()} of 100 MB behind", encode(greys, GREY_8, after=[(name, body)])
    first = head(greys.shape, GREY_8)
    yield "PNG, IDAT of 100 MB", of_chunks([*first, (b"IDAT", packed)])
    yield (
        "PNG, a row of 100 MB",
        of_chunks([(b"IHDR", header(BOMB_BYTES, 1, GREY_8)), (b"IDAT", packed)]),
    )
    tiny = chunk(b"tEXt", b"a\0b")
    many = tiny * (1_000_000 // len(tiny))
    whole = encode(greys, GREY_8)
    yield "PNG, 60,000 chunks of text", whole[:33] + many + whole[33:]
    empty = chunk(b"IDAT", b"") * 80_000
    yield "PNG, 80,000 empty chunks of data", whole[:33] + empty + whole[33:]
    for interlaced in (False, True):
        kind = Kind(RGB_ALPHA, 16, interlaced)
        deep = zlib.compress(bytes((2000 * 8 + 1) * 2000 + len(ADAM7) * 2000))
        yield (
            f"PNG, the largest, {kind}",
            of_chunks([(b"IHDR", header(2000, 2000, kind)), (b"IDAT", deep)]),
        )
    for sides in (
        (9000, 9000),
        (65_535, 65_535),
        (2**31 - 1, 2**31 - 1),
        (1, 2**31 - 1),
        (4096, 977),
    ):
        yield f"PNG, {sides} announced", announced(*sides)
    yield "JPEG, 65,500 a side announced", jpeg_announcing(65_500, 65_500)
    yield "JPEG, 2000 x 2000, nothing behind", jpeg_announcing(2_000, 2_000)
    yield "JPEG, the largest", save(Image.new("CMYK", (2_000, 2_000)), "JPEG")
    yield "JPEG, thousands of scans", many_scans()
    yield "WebP, 16,383 a side", save(Image.new("L", (16_383, 200)), "WEBP", quality=1)
    yield (
        "WebP, the largest",
        save(Image.new("RGBA", (2_000, 2_000)), "WEBP", lossless=True, method=0),
    )


def jpeg_announcing(width: int, height: int) -> bytes:
    """Return a JPEG of a small picture whose header tells of a large one."""
    whole = bytearray(originals()["JPEG"])
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(whole)


def many_scans(side_px: int = 2_000, most_bytes: int = 1_000_000) -> bytes:
    """Return a progressive JPEG, one of whose scans comes again and again."""
    whole = save(Image.new("L", (side_px, side_px), 128), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    return whole[:last] + scan * ((most_bytes - len(whole)) // len(scan)) + b"\xff\xd9"


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
