"""Strokes drawn on an image as painting programs do: antialiased, on any paper, in any colour."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from chalicelib.recognition.drawing import Points, StrokeDrawing

OVERSAMPLING = 2

Rng = np.random.Generator
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of an image: ink on paper; no paper means that the rest is transparent."""

    ink: Colour
    paper: Colour | None


@dataclass(frozen=True, slots=True)
class Placing:
    """Where on a square canvas a digit stands, and how it is drawn.

    side_px: of the canvas. size_px: the digit's larger side, pen included. at: where the digit's
    box stands, (x, y), 0 = as far left or up as it goes, 1 = as far right or down.
    brush_px: width of the pen.
    """

    side_px: int
    size_px: float
    at: tuple[float, float]
    brush_px: float


BLACK_ON_WHITE = Look((0, 0, 0), (255, 255, 255))
MIN_CONTRAST = 96  # of 255, between ink and paper in brightness


def random_look(rng: Rng) -> Look:
    """Choose colours: dark on light, light on dark, or either on transparency."""
    paper, ink = (_colour(rng) for _ in range(2))
    while abs(_brightness(paper) - _brightness(ink)) < MIN_CONTRAST:
        paper, ink = (_colour(rng) for _ in range(2))
    return Look(ink, None if rng.random() < 1 / 3 else paper)


def place(drawing: StrokeDrawing, placing: Placing) -> StrokeDrawing:
    """Return the strokes in pixels of the canvas."""
    points = np.concatenate(drawing.strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    room = max(placing.size_px - placing.brush_px, 1.0)
    scale = room / max(float(size.max()), 1e-9)
    pen = placing.brush_px / 2
    free = placing.side_px - 2 * pen - size * scale
    offset = pen + free * np.array(placing.at)
    return StrokeDrawing(tuple((stroke - low) * scale + offset for stroke in drawing.strokes))


def paint(drawing: StrokeDrawing, placing: Placing, look: Look) -> Image.Image:
    """Draw strokes with a round pen, RGB or RGBA."""
    side = placing.side_px
    mask = Image.new("L", (side * OVERSAMPLING, side * OVERSAMPLING), 0)
    brush = ImageDraw.Draw(mask)
    pen = placing.brush_px * OVERSAMPLING
    for stroke in place(drawing, placing).strokes:
        _draw_stroke(brush, stroke * OVERSAMPLING, pen)
    coverage = mask.reduce(OVERSAMPLING)
    if look.paper is None:
        image = Image.new("RGBA", coverage.size, (*look.ink, 0))
        image.putalpha(coverage)
        return image
    return Image.composite(
        Image.new("RGB", coverage.size, look.ink),
        Image.new("RGB", coverage.size, look.paper),
        coverage,
    )


def image_fields(image: Image.Image) -> dict[str, Any]:
    """Return an image as the field of a request: a PNG in base64."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return {"image": base64.b64encode(file.getvalue()).decode()}


def _draw_stroke(brush: ImageDraw.ImageDraw, path: Points, pen: float) -> None:
    points = [(float(x), float(y)) for x, y in path]
    if len(points) > 1:
        brush.line(points, fill=255, width=max(1, round(pen)), joint="curve")
    for x, y in (points[0], points[-1]):
        brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)


def _colour(rng: Rng) -> Colour:
    red, green, blue = rng.integers(0, 256, 3).tolist()
    return red, green, blue


def _brightness(colour: Colour) -> float:
    return float(np.dot(colour, (0.299, 0.587, 0.114)))  # ITU-R BT.601
