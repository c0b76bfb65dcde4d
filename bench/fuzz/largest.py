"""The largest images and drawings that the limits let in, of every kind of file, and the dearest.

    python -m bench.fuzz.largest

prints the processor time and the memory that each takes. A fuzzer that mutates small files does not
meet them: their headers alone make most of them large, and the dearest to part are as many lines as
a drawing may fall into, any few of which beside each other may be a digit.
"""

import io
import json
from collections.abc import Iterator

from PIL import Image, ImageDraw

from bench.fuzz.targets import TARGETS, Parse
from bench.fuzz.trial import MOST_MB, MOST_MS, Peak, measured
from bench.latency import processor
from chalicelib.limits import MAX_IMAGE_PIXELS, MAX_PIXELS_SIDE, MAX_POINTS
from chalicelib.recognition.segmentation.sheet import MAX_PIECES

SIDE_PX = int(MAX_IMAGE_PIXELS**0.5)
PEN_PX = 60
SEVEN = ((0.15, 0.15), (0.75, 0.15), (0.35, 0.9))  # as shares of the side
RULED_SIDE_PX, RULED_PEN_PX = 1000, 3  # the most that is not reduced, nearly
PNG_MODES = ("1", "L", "P", "LA", "RGB", "RGBA")
JPEG_MODES = ("L", "RGB", "CMYK")
JPEG_KINDS: tuple[dict[str, bool], ...] = ({}, {"progressive": True})
WEBP_KINDS: tuple[dict[str, bool], ...] = ({}, {"lossless": True})


def main() -> None:
    """Measure each, the least of three tries."""
    print(f"{processor()}; to hold: {MOST_MS:g} ms, {MOST_MB:g} MB")
    peak = Peak()
    for name, parse, data in largest_inputs():
        price = measured(parse, data, peak)
        print(f"{name:35} {price.time_ms:6.1f} ms {price.memory_mb:6.1f} MB", flush=True)


def largest_inputs() -> Iterator[tuple[str, Parse, bytes]]:
    """Yield what each is, the function that takes it, and its bytes."""
    (image,), (body,) = TARGETS["image"].parses, TARGETS["body"].parses[:1]
    for mode in PNG_MODES:
        yield f"PNG {mode}", image, _file(mode, "PNG")
    for mode in JPEG_MODES:
        for kind in JPEG_KINDS:
            yield f"JPEG {mode} {kind}", image, _file(mode, "JPEG", **kind)
    for mode in ("RGB", "RGBA"):
        for kind in WEBP_KINDS:
            yield f"WebP {mode} {kind}", image, _file(mode, "WEBP", **kind)
    yield "PNG of lines across", image, _ruled([(20, y, 980, y) for y in range(4, 964, 8)])
    columns = [(x, 20, x, 880) for x in range(4, 1004, 10)]
    row_below = [(x, 920, x + 8, 990) for x in range(0, 400, 20)]
    yield "PNG of columns over a row", image, _ruled([*columns, *row_below])
    row = [0] * MAX_PIXELS_SIDE
    inked = [*row[:500], *[9] * 20, *row[520:]]
    yield "pixels", body, _json(pixels=[*[row] * 50, *[inked] * 400, *[row] * 50])
    yield "one stroke", body, _json(strokes=[[[i % 100, i // 500] for i in range(MAX_POINTS)]])
    each = MAX_POINTS // MAX_PIECES
    strokes = [
        [[each * (i // 4) + i % 4 * j // 4, j] for j in range(each)] for i in range(MAX_PIECES)
    ]
    yield "strokes", body, _json(strokes=strokes)


def _file(mode: str, kind: str, **options: bool) -> bytes:
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), "white")
    path = [(x * SIDE_PX, y * SIDE_PX) for x, y in SEVEN]
    ImageDraw.Draw(image).line(path, fill="black", width=PEN_PX)
    if "A" in mode:
        image = image.convert("RGBA")
    return _saved(image.convert(mode), kind, **options)


def _ruled(lines: list[tuple[int, int, int, int]]) -> bytes:
    image = Image.new("L", (RULED_SIDE_PX, RULED_SIDE_PX), "white")
    for line in lines:
        ImageDraw.Draw(image).line(line, fill="black", width=RULED_PEN_PX)
    return _saved(image, "PNG")


def _saved(image: Image.Image, kind: str, **options: bool) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _json(**fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
