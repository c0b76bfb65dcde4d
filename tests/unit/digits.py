"""Digits of the project's own, as strokes, and pictures of them on any background."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from chalicelib.recognition.drawing import Picture

SEVEN = (np.array([[0, 0], [60, 0], [25, 100]], float), np.array([[15, 50], [55, 50]], float))
THREE = (
    np.array(
        [[5, 5], [30, 0], [50, 15], [45, 38], [20, 47], [48, 55], [55, 80], [30, 100], [0, 92]]
    )
    * 1.0,
)
ONE = (np.array([[0, 25], [30, 0], [30, 100]], float),)
DIGITS = {"7": SEVEN, "3": THREE, "1": ONE}

Colour = tuple[int, ...]


def draw(
    strokes: tuple[NDArray[np.float64], ...],
    *,
    side_px: int = 280,
    size_px: float = 160,
    brush_px: float = 14,
    at: tuple[float, float] = (60, 50),
    paper: Colour = (255, 255, 255),
    ink: Colour = (0, 0, 0),
    mode: str = "RGB",
) -> Image.Image:
    """Draw a digit, antialiased, its box `size_px` on the longer side and its corner `at`."""
    factor = 4
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    scale = (size_px - brush_px) / np.ptp(points, axis=0).max() * factor
    image = Image.new(mode, (side_px * factor, side_px * factor), paper)
    pen = ImageDraw.Draw(image)
    radius = brush_px * factor / 2
    for stroke in strokes:
        path = [
            (float(x), float(y)) for x, y in (stroke - low) * scale + radius + np.array(at) * factor
        ]
        pen.line(path, fill=ink, width=round(2 * radius), joint="curve")
        for x, y in path:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return image.resize((side_px, side_px), Image.Resampling.BOX)


def likeness(one: Picture, other: Picture) -> float:
    """Return the share of ink that two pictures have in common, 1 = all, moved by a pixel at most.

    A digit's centre of mass may fall on either side of a pixel's edge, so that much is allowed.
    """
    moved = [np.roll(one, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return max(float(np.minimum(m, other).sum() / np.maximum(m, other).sum()) for m in moved)


def encode(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return the bytes of an image file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
