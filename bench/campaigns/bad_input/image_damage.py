"""Images that are damaged: cut off, changed, or against a rule of their format."""

import random
import struct
import zlib
from collections.abc import Iterator

import numpy as np

from bench.campaigns.bad_input.image_files import save, small
from bench.campaigns.bad_input.png_files import (
    DEPTHS,
    GREY,
    PALETTE,
    Kind,
    data,
    encode,
    head,
    header,
    of_chunks,
)
from chalicelib.recognition.png import SIGNATURE

Named = Iterator[tuple[str, bytes]]
Chunk = tuple[bytes, bytes]
Chunks = dict[str, list[Chunk]]

GREY_8 = Kind(GREY, 8)
GREYS = np.asarray(small())
SIDES = (GREYS.shape[1], GREYS.shape[0])
FIRST: Chunk = head(GREYS.shape, GREY_8)[0]
BODY: Chunk = (b"IDAT", data(GREYS, GREY_8))


def originals() -> dict[str, bytes]:
    """Return small files of each kind, to be damaged."""
    return {
        "PNG": encode(GREYS, GREY_8),
        "PNG, interlaced, palette": encode(GREYS, Kind(PALETTE, 4, interlaced=True)),
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
    yield from _odd_headers()
    for name, chunks in (_odd_orders() | _odd_contents()).items():
        yield f"PNG, {name}", of_chunks(chunks)
        yield f"PNG, {name}, and no end", of_chunks(chunks, end=False)
    for at, name in ((29, "IHDR"), (-16, "IDAT"), (-4, "IEND")):
        whole = bytearray(of_chunks([FIRST, BODY]))
        whole[at] ^= 255
        yield f"PNG, {name}'s checksum is wrong", bytes(whole)


def _odd_headers() -> Named:
    for colour in range(8):
        for depth in (0, 1, 2, 3, 4, 8, 16, 32, 255):
            if depth not in DEPTHS.get(colour, ()):
                kind = Kind(colour, depth)
                yield f"PNG, {kind}", of_chunks([(b"IHDR", header(*SIDES, kind)), BODY])
    for last in ((1, 0), (0, 1), (255, 255)):
        methods = (b"IHDR", header(*SIDES, GREY_8, last=last))
        yield f"PNG, methods {last}", of_chunks([methods, BODY])
    for sides in (
        (0, 61),
        (57, 0),
        (2**31, 1),
        (2**32 - 1, 2**32 - 1),
        (1, 1),
        (57, 4000),
        (58, 61),
    ):
        yield f"PNG, {sides} announced", of_chunks([(b"IHDR", header(*sides, GREY_8)), BODY])


def _odd_orders() -> Chunks:
    """Return chunks that are too many, too few, of a wrong length or in a wrong place, by name."""
    palette = head(GREYS.shape, Kind(PALETTE, 8))[1]
    of_palette = (b"IHDR", header(*SIDES, Kind(PALETTE, 8)))
    large = (b"IHDR", header(60_000, 60_000, GREY_8))
    return {
        "no IDAT": [FIRST],
        "nothing": [],
        "IDAT first": [BODY, FIRST],
        "IHDR twice": [FIRST, FIRST, BODY],
        "IHDR twice, the second large": [FIRST, large, BODY],
        "a large IHDR behind": [FIRST, BODY, large],
        "IHDR too short": [(b"IHDR", FIRST[1][:-1]), BODY],
        "IHDR too long": [(b"IHDR", FIRST[1] + b"\0"), BODY],
        "no palette": [of_palette, BODY],
        "a palette of 7 bytes": [of_palette, (b"PLTE", b"7" * 7), BODY],
        "a palette of one": [of_palette, (b"PLTE", b"777"), BODY],
        "a palette too late": [of_palette, BODY, palette],
        "a palette of 257": [FIRST, (b"PLTE", bytes(771)), BODY],
        "tRNS too long": [FIRST, (b"tRNS", bytes(999)), BODY],
        "tRNS too short": [FIRST, (b"tRNS", b"\0"), BODY],
        "a critical chunk that nobody knows": [FIRST, (b"ABCD", b"x"), BODY],
        "a chunk without letters": [FIRST, (b"\0\0\0\0", b"x"), BODY],
    }


def _odd_contents() -> Chunks:
    """Return chunks that stand where they should and hold what they should not, by name."""
    lines = zlib.decompress(BODY[1])
    return {
        "filter 5": [FIRST, (b"IDAT", zlib.compress(b"\x05" + lines[1:]))],
        "filter 255": [FIRST, (b"IDAT", zlib.compress(b"\xff" * len(lines)))],
        "half the lines": [FIRST, (b"IDAT", zlib.compress(lines[: len(lines) // 2]))],
        "more lines": [FIRST, (b"IDAT", zlib.compress(lines * 2))],
        "data that is not packed": [FIRST, (b"IDAT", lines)],
        "a wrong sum of the data": [FIRST, (b"IDAT", BODY[1][:-4] + b"\0\0\0\0")],
        "one frame announced, none there": [FIRST, (b"acTL", struct.pack(">II", 1, 0)), BODY],
        "no frame announced": [FIRST, (b"acTL", bytes(8)), BODY],
        "2**32 frames announced": [FIRST, (b"acTL", b"\xff" * 8), BODY],
        "acTL too short": [FIRST, (b"acTL", b"\0"), BODY],
        "a frame outside": [FIRST, (b"fcTL", bytes(3) + b"\1" * 23), BODY],
        "eXIf that is none": [FIRST, (b"eXIf", b"\xff" * 40), BODY],
    }
