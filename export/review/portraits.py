"""A drawing as a picture to look at: black on nothing or on white, cut to its ink."""

import numpy as np

from chalicelib.errors import InklingError
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.png import encode_png

SVG, PNG = "image/svg+xml", "image/png"
SIDE = 100  # units of the SVG
MARGIN = 10
PEN = 6.5
MARGIN_SHARE = 0.1  # of a raster's ink, around it
LEAST_SPAN = 1e-9  # a dot has none


def portrait(drawing: Drawing | None) -> tuple[str, bytes]:
    """Return a drawing's content type and bytes; a blank or damaged one is blank."""
    try:
        if isinstance(drawing, StrokeDrawing):
            return SVG, _svg(drawing).encode()
        if isinstance(drawing, InkDrawing):
            return PNG, _png(drawing)
    except InklingError:
        pass  # there is no ink to cut to
    return PNG, encode_png(np.full((1, 1), 255, np.uint8))


def _svg(drawing: StrokeDrawing) -> str:
    """Draw pen paths with a round pen; the text holds nothing but numbers of ours."""
    box = ink_box(drawing)
    scale = (SIDE - 2 * MARGIN) / max(box.width, box.height, LEAST_SPAN)
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    paths = []
    for stroke in drawing.strokes:
        points = (stroke - middle) * scale + SIDE / 2
        along = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        paths.append(f"M{along}l0 .01")  # a dot too needs some length to show
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<path d="{"".join(paths)}" fill="none" stroke="#000" stroke-width="{PEN}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _png(drawing: InkDrawing) -> bytes:
    """Cut a raster to a square around its ink, with the paper around that."""
    box, unit = ink_box(drawing), drawing.pixel_size
    longest = max(box.width, box.height) / unit
    side = round(longest * (1 + 2 * MARGIN_SHARE)) + 2
    top = round((box.y + box.height / 2) / unit - side / 2)
    left = round((box.x + box.width / 2) / unit - side / 2)
    sheet = np.zeros((side, side), np.float32)
    height, width = drawing.ink.shape
    inside = np.s_[max(top, 0) : min(top + side, height), max(left, 0) : min(left + side, width)]
    there = np.s_[max(-top, 0) : min(height - top, side), max(-left, 0) : min(width - left, side)]
    sheet[there] = drawing.ink[inside]
    return encode_png(np.rint((1 - sheet) * 255).astype(np.uint8))
