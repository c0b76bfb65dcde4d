"""Strings of digits, set from real ones as a hand would write them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from chalicelib.recognition.drawing import InkDrawing, Points, StrokeDrawing
from chalicelib.recognition.ink import find_ink

Rng = np.random.Generator
Paths = tuple[Points, ...]
Grey = NDArray[np.uint8]

DIGIT_WIDTH = 0.6  # of the height: what gaps are measured in
SIZE = 0.2  # how far sizes vary either way
WANDER = 0.05  # of the height: how far the baseline does
ROW_GAPS = (0.3, 0.8)  # of the height
PEN_WIDTHS = (0.06, 0.15)  # of the height
OVERSAMPLING = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How digits are set.

    gaps: the range of the gaps between them, in digit widths. pen_width: of a pen that will draw
    them, in heights, which must not fill the gaps.
    """

    gaps: tuple[float, float]
    rows: int = 1
    pen_width: float = 0.0


def set_strokes(digits: list[Paths], layout: Layout, rng: Rng) -> StrokeDrawing:
    """Set digits made of strokes; the usual height becomes 100."""
    boxes = [_sized(digit, 100 * rng.uniform(1 - SIZE, 1 + SIZE)) for digit in digits]
    sizes = np.array([np.concatenate(box).max(axis=0) for box in boxes])
    corners = _corners(sizes, 100.0, layout, rng)
    placed = [path + corner for box, corner in zip(boxes, corners, strict=True) for path in box]
    return StrokeDrawing(tuple(placed))


def render(drawing: StrokeDrawing, height_px: float, pen_width: float) -> InkDrawing:
    """Draw strokes of height 100 with a felt pen, antialiased, dark on light."""
    pen = pen_width * height_px * OVERSAMPLING
    scale = height_px / 100 * OVERSAMPLING
    points = np.concatenate(drawing.strokes)
    low = points.min(axis=0) * scale - pen - 9
    width, height = np.ceil(np.ptp(points, axis=0) * scale + 2 * pen + 18).astype(int)
    paper = Image.new("L", (int(width), int(height)), 255)
    brush = ImageDraw.Draw(paper)
    for stroke in drawing.strokes:
        path = [(float(x), float(y)) for x, y in stroke * scale - low]
        brush.line(path, fill=0, width=max(1, round(pen)), joint="curve")
        for x, y in (path[0], path[-1]):
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=0)
    return find_ink(np.asarray(paper.reduce(OVERSAMPLING)))


def set_ink(digits: list[Grey], layout: Layout, height_px: float, rng: Rng) -> InkDrawing:
    """Set digits that are rasters, 255 = ink; the usual height becomes `height_px`."""
    images = [_resized(digit, height_px * rng.uniform(1 - SIZE, 1 + SIZE)) for digit in digits]
    sizes = np.array([image.shape[::-1] for image in images], np.float64)
    corners = np.rint(_corners(sizes, height_px, layout, rng)).astype(int)
    corners += 4 - corners.min(axis=0)
    width, height = (corners + sizes.astype(int)).max(axis=0) + 4
    paper = np.zeros((height, width), np.uint8)
    for image, (x, y) in zip(images, corners, strict=True):
        under = paper[y : y + image.shape[0], x : x + image.shape[1]]
        np.maximum(under, image, out=under)
    return InkDrawing(paper.astype(np.float32) / np.float32(255))


def _corners(sizes: Points, height: float, layout: Layout, rng: Rng) -> Points:
    """Return where the upper left corner of each digit goes, rows from the top down."""
    corners = np.empty_like(sizes)
    baseline = 0.0
    for row in np.array_split(np.arange(len(sizes)), layout.rows):
        x = 0.0
        for digit in row:
            corners[digit] = x, baseline - sizes[digit, 1] + rng.normal(0, WANDER) * height
            gap = (rng.uniform(*layout.gaps) * DIGIT_WIDTH + layout.pen_width) * height
            x += sizes[digit, 0] + gap
        baseline += height * (1 + SIZE + rng.uniform(*ROW_GAPS))
    return corners


def _sized(digit: Paths, height: float) -> Paths:
    points = np.concatenate(digit)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = height / max(size[1], DIGIT_WIDTH * size[0])
    return tuple((path - low) * scale for path in digit)


def _resized(digit: Grey, height_px: float) -> Grey:
    rows, columns = (np.flatnonzero((digit > 64).any(axis=axis)) for axis in (1, 0))
    ink = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = height_px / max(ink.shape[0], DIGIT_WIDTH * ink.shape[1])
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC))
