"""PNG files of every kind that the format knows, sound and unsound, written byte by byte.

https://www.w3.org/TR/png-3/; Pillow writes neither interlaced ones nor most depths.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.png import SIGNATURE

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
ADAM7 = (  # of each pass: first row, first column, step of rows, step of columns
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
HEADER = struct.Struct(">IIBBBBB")

Levels = NDArray[np.uint8]
Chunks = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of PNG. transparent: the paper is made so, by tRNS or by alpha."""

    colour: int
    depth: int
    interlaced: bool = False
    transparent: bool = False
    filters: tuple[int, ...] = (0,)

    def __str__(self) -> str:
        """Say it in a few words."""
        words = f"colour type {self.colour}, {self.depth} bits, filters {self.filters}"
        words += ", interlaced" if self.interlaced else ""
        return words + (", transparent paper" if self.transparent else "")


def kinds() -> Iterator[Kind]:
    """Yield every colour type with every depth, interlaced or not, with transparency or not."""
    for colour, depths in DEPTHS.items():
        for depth, interlaced, transparent in product(depths, (False, True), (False, True)):
            yield Kind(colour, depth, interlaced, transparent)
    for interlaced, filters in product((False, True), ((1,), (2,), (3,), (4,), (0, 1, 2, 3, 4))):
        yield Kind(GREY, 8, interlaced, filters=filters)
        yield Kind(RGB_ALPHA, 16, interlaced, filters=filters)


def encode(levels: Levels, kind: Kind, before: Chunks = (), after: Chunks = ()) -> bytes:
    """Return the PNG of greys, shape (height, width), 0 = ink, 255 = paper.

    before, after: further chunks, before and behind the picture's data.
    """
    return of_chunks([*head(levels.shape, kind), *before, (b"IDAT", data(levels, kind)), *after])


def of_chunks(chunks: Iterable[tuple[bytes, bytes]], *, end: bool = True) -> bytes:
    """Return a file of chunks, IEND put behind them if that is wanted."""
    last = [(b"IEND", b"")] if end else []
    return SIGNATURE + b"".join(chunk(name, body) for name, body in [*chunks, *last])


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk with its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def head(shape: tuple[int, ...], kind: Kind) -> list[tuple[bytes, bytes]]:
    """Return IHDR, and PLTE and tRNS where the kind has them."""
    chunks = [(b"IHDR", header(shape[1], shape[0], kind))]
    most = 2**kind.depth - 1
    if kind.colour == PALETTE:
        ramp = [round(255 * i / most) for i in range(most + 1)]
        chunks.append((b"PLTE", bytes(grey for grey in ramp for _ in range(3))))
        if kind.transparent:
            chunks.append((b"tRNS", bytes([255] * most + [0])))
    elif kind.transparent and kind.colour in (GREY, RGB):
        chunks.append((b"tRNS", struct.pack(">H", most) * SAMPLES[kind.colour]))
    return chunks


def header(width: int, height: int, kind: Kind, *, last: tuple[int, int] = (0, 0)) -> bytes:
    """Return IHDR's body. last: compression and filter method, of which there is one each."""
    return HEADER.pack(width, height, kind.depth, kind.colour, *last, kind.interlaced)


def data(levels: Levels, kind: Kind) -> bytes:
    """Return IDAT's body."""
    samples = _samples(levels, kind)
    passes = ADAM7 if kind.interlaced else ((0, 0, 1, 1),)
    parts = [samples[top::down, left::right] for top, left, down, right in passes]
    return zlib.compress(b"".join(_lines(part, kind) for part in parts if part.size))


def announced(width: int, height: int, kind: Kind | None = None) -> bytes:
    """Return a small PNG whose header announces any size."""
    kind = kind or Kind(GREY, 8)
    return of_chunks([(b"IHDR", header(width, height, kind)), (b"IDAT", zlib.compress(bytes(99)))])


def two_frames() -> bytes:
    """Return an animation of two grey frames of 8 x 8."""
    blank = np.full((8, 8), 255, np.uint8)
    body = data(blank, Kind(GREY, 8))
    control = struct.pack(">IIIIHHBB", 8, 8, 0, 0, 1, 10, 0, 0)
    return of_chunks(
        [
            *head(blank.shape, Kind(GREY, 8)),
            (b"acTL", struct.pack(">II", 2, 0)),
            (b"fcTL", struct.pack(">I", 0) + control),
            (b"IDAT", body),
            (b"fcTL", struct.pack(">I", 1) + control),
            (b"fdAT", struct.pack(">I", 2) + body),
        ]
    )


def _samples(levels: Levels, kind: Kind) -> NDArray[np.uint16]:
    """Return the samples of each pixel, shape (height, width, samples), up to 2**depth - 1."""
    most = 2**kind.depth - 1
    scaled = np.rint(levels.astype(np.float64) * most / 255).astype(np.uint16)
    colours = SAMPLES[kind.colour] - (kind.colour in (GREY_ALPHA, RGB_ALPHA))
    samples = [scaled] * colours
    if colours < SAMPLES[kind.colour]:
        samples.append(most - scaled if kind.transparent else np.full_like(scaled, most))
    return np.stack(samples, axis=-1)


def _lines(samples: NDArray[np.uint16], kind: Kind) -> bytes:
    """Return the filtered lines of one pass."""
    step = max(1, SAMPLES[kind.colour] * kind.depth // 8)
    packed = [_packed(line, kind.depth) for line in samples]
    above = np.zeros_like(packed[0])
    lines = []
    for number, line in enumerate(packed):
        method = kind.filters[number % len(kind.filters)]
        lines.append(bytes([method]) + _filtered(line, above, step, method).tobytes())
        above = line
    return b"".join(lines)


def _packed(line: NDArray[np.uint16], depth: int) -> Levels:
    """Return a line's samples as bytes, several in one below 8 bits."""
    flat = line.ravel()
    if depth == 16:
        return np.frombuffer(flat.astype(">u2").tobytes(), np.uint8)
    bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8))


def _filtered(line: Levels, above: Levels, step: int, method: int) -> Levels:
    left, corner = np.zeros_like(line), np.zeros_like(line)
    left[step:], corner[step:] = line[:-step], above[:-step]
    a, b, c = (part.astype(np.int16) for part in (left, above, corner))
    nearest = np.abs(np.stack([b - c, a - c, a + b - 2 * c])).argmin(axis=0)
    paeth = np.choose(nearest, [a, b, c])
    predicted = [np.zeros_like(a), a, b, (a + b) // 2, paeth][method]
    filtered: Levels = ((line - predicted) & 255).astype(np.uint8)
    return filtered
