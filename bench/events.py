"""What API Gateway sends a function for a drawing, and the drawings that the benches send."""

import json
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from chalicelib.recognition.png import encode_png
from tools.proxy_event import JSON, proxy_event

__all__ = ["JSON", "proxy_event"]

CANVAS_PX = 280
PEN_PX = 20
SEVEN = ((60, 50), (90, 46), (140, 48), (200, 42), (176, 110), (150, 170), (130, 240))
Stroke = Sequence[tuple[float, float]]
PNG = "image/png"


def strokes_event() -> bytes:
    """Return the event of a 7 sent as strokes."""
    return proxy_event("POST", "/v1/recognize", json.dumps({"strokes": [SEVEN]}).encode())


def image_event() -> bytes:
    """Return the event of a 7 sent as a PNG, as the body itself."""
    return proxy_event("POST", "/v1/recognize", painted_png(), PNG)


def feedback_event(label: str) -> bytes:
    """Return the event of feedback on a 7 sent as strokes."""
    fields = {"strokes": [SEVEN], "label": label, "consent": True}
    return proxy_event("POST", "/v1/feedback", json.dumps(fields).encode())


def painted(strokes: Sequence[Stroke] = (SEVEN,)) -> Image.Image:
    """Return strokes, or the 7, as black ink on white paper that is wide enough."""
    points = [point for stroke in strokes for point in stroke]
    width, height = (max(CANVAS_PX, int(max(at)) + PEN_PX) for at in zip(*points, strict=True))
    image = Image.new("L", (width, height), 255)
    for stroke in strokes:
        ImageDraw.Draw(image).line(stroke, fill=0, width=PEN_PX, joint="curve")
    return image


def painted_png() -> bytes:
    """Return the painted 7 as the bytes of a PNG."""
    return encode_png(np.asarray(painted()))
