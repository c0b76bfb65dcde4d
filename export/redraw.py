"""Other hands and pens for drawings made of strokes, drawn again through the serving code."""

import numpy as np

from chalicelib.recognition.drawing import Drawing, Picture, Points, StrokeDrawing
from chalicelib.recognition.normalise import PEN_WIDTH_PX, normalise_ink, normalise_strokes

Rng = np.random.Generator

TURN_DEG = 10.0
SLANT = 0.2
STRETCH = 0.2
TREMBLE = 0.012  # of the drawing's size, each point on its own
DRIFT = 0.03  # of the drawing's size, each stroke as a whole
PEN_RANGE = (0.75, 1.5)  # of the serving code's pen width, as most images are drawn
ODD_PEN_RANGE = (0.35, 2.4)  # hairlines and felt tips
ODD_PEN_SHARE = 0.5


def redraw(drawing: Drawing, rng: Rng) -> Picture:
    """Return the normalised picture, (28, 28), of a drawing as another hand would make it.

    Ink is left as it is: its variety comes from `export.augment`. Raises EmptyDrawing.
    """
    if not isinstance(drawing, StrokeDrawing):
        return normalise_ink(drawing.ink)
    odd = rng.random() < ODD_PEN_SHARE
    pen_width_px = PEN_WIDTH_PX * float(rng.uniform(*(ODD_PEN_RANGE if odd else PEN_RANGE)))
    return normalise_strokes(_other_hand(drawing.strokes, rng), pen_width_px)


def _other_hand(strokes: tuple[Points, ...], rng: Rng) -> tuple[Points, ...]:
    points = np.concatenate(strokes)
    size = float(np.ptp(points, axis=0).max())
    angle = np.radians(rng.uniform(-TURN_DEG, TURN_DEG))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = np.exp(rng.uniform(-STRETCH, STRETCH) / 2)
    lean = np.array([[stretch, 0.0], [rng.uniform(-SLANT, SLANT), 1 / stretch]])
    tremble = size * rng.uniform(0, TREMBLE)
    return tuple(
        stroke @ lean @ turn
        + rng.normal(0, tremble, stroke.shape)
        + rng.normal(0, size * DRIFT / 2, 2)
        for stroke in strokes
    )
