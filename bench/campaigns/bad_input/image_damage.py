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

GREY_8 = Kind(GREY, 8)
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
