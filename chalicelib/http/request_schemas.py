"""Requests as JSON Schema. A kind of drawing is a schema of its own, as generators understand it.

`oneOf` over objects, and no conditions on which properties go together: from these most generators
make an empty class.
"""

from chalicelib.http.json_schema import (
    BOOLEAN,
    NAME,
    NUMBER,
    PROBABILITY,
    TEXT,
    Schema,
    array,
    closed_object,
    one_of,
)
from chalicelib.limits import (
    DEFAULT_CANDIDATES,
    MAX_CANDIDATES,
    MAX_COORDINATE,
    MAX_PIXELS_SIDE,
    MAX_STROKES,
    MIN_PIXELS_SIDE,
)

_PIXEL: Schema = {"type": "number", "minimum": 0, "maximum": 255, "description": "255 = ink."}

OPTIONS: Schema = {
    "model": NAME | {"description": 'A name from /v1/models, or "all". Left out: the default.'},
    "candidates": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_CANDIDATES,
        "default": DEFAULT_CANDIDATES,
        "description": "How many guesses for each digit.",
    },
    "single": BOOLEAN
    | {"default": False, "description": "The drawing is one digit; do not look for several."},
    "trace": BOOLEAN
    | {"default": False, "description": "Add the picture that the model saw to each digit."},
}

_DRAWINGS: dict[str, Schema] = {
    "Strokes": {
        "strokes": array(one_of("Stroke"), high=MAX_STROKES)
        | {"description": "Pen paths in any unit; a stroke of one point is a dot."}
    },
    "Image": {
        "image": TEXT
        | {
            "contentEncoding": "base64",
            "description": "PNG, JPEG or WebP in base64 without line breaks, or a data URL of it.",
        }
    },
    "Pixels": {
        "pixels": array(
            array(_PIXEL, MIN_PIXELS_SIDE, MAX_PIXELS_SIDE), MIN_PIXELS_SIDE, MAX_PIXELS_SIDE
        )
        | {"description": "Rows of one length."}
    },
    "FlatPixels": {
        # With as many at most, generators would write a tuple of 784 numbers, which nobody has.
        "pixels": array(_PIXEL, 28 * 28)
        | {"description": "Exactly 784 numbers, taken as 28 rows of 28."}
    },
}

_FEEDBACK: Schema = {
    "label": {
        "type": ["string", "null"],
        "description": "What it was, a label of the default model; null: not a digit.",
    },
    "predicted": one_of("Predicted"),
    "consent": {
        "type": "boolean",
        "const": True,
        "description": "Without it nothing is stored.",
    },
}


def _with_each_drawing(name: str, fields: Schema, *optional: str) -> dict[str, Schema]:
    """Return the schema of a request that has one kind of drawing, and of each kind alone."""
    kinds = {
        f"{name}{kind}": closed_object(drawing | fields, *optional)
        for kind, drawing in _DRAWINGS.items()
    }
    return {f"{name}Request": one_of(*kinds)} | kinds


REQUESTS: dict[str, Schema] = {
    **_with_each_drawing("Recognize", OPTIONS, *OPTIONS),
    **_with_each_drawing("Feedback", _FEEDBACK, "predicted"),
    "Predicted": closed_object(
        {"label": NAME, "probability": PROBABILITY, "model": NAME, "version": NAME}
    )
    | {"description": "The answer that the person saw."},
    "Stroke": array(one_of("Point")),
    # Without prefixItems: from these and items, generators would write a tuple of three.
    "Point": array(NUMBER, 2)
    | {
        "description": "x and y (down), each "
        f"from {-MAX_COORDINATE:.0f} to {MAX_COORDINATE:.0f}; then numbers that are ignored."
    },
}
