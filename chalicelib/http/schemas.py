"""The JSON of requests and answers as JSON Schema (2020-12), for the OpenAPI document."""

from typing import Any

from chalicelib.http.problems import ALL_PROBLEMS
from chalicelib.limits import (
    DEFAULT_CANDIDATES,
    MAX_CANDIDATES,
    MAX_COORDINATE,
    MAX_DIGITS,
    MAX_NAME_CHARACTERS,
    MAX_PIXELS_SIDE,
    MAX_STROKES,
    MIN_PIXELS_SIDE,
    NAME_PATTERN,
)

Schema = dict[str, Any]


def one_of(*names: str) -> Schema:
    """Return a reference to one schema of several; to the one where there is only one."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return references[0] if len(references) == 1 else {"oneOf": references}


def _array(items: Schema, low: int | None = None, high: int | None = None) -> Schema:
    bounds = {"minItems": low, "maxItems": high}
    return {"type": "array", "items": items} | {k: v for k, v in bounds.items() if v is not None}


def _object(properties: Schema, *optional: str, closed: bool = True) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": not closed,
    }


_TEXT: Schema = {"type": "string"}
_NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_NAME_CHARACTERS,
    "pattern": NAME_PATTERN,
}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_BOOLEAN: Schema = {"type": "boolean"}
_PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_COORDINATE: Schema = {"type": "number", "minimum": -MAX_COORDINATE, "maximum": MAX_COORDINATE}
_PIXEL: Schema = {"type": "number", "minimum": 0, "maximum": 255, "description": "255 = ink."}
_ANYTHING: Schema = {"type": "object"}

OPTIONS: Schema = {
    "model": _NAME | {"description": 'A name from /v1/models, or "all". Left out: the default.'},
    "candidates": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_CANDIDATES,
        "default": DEFAULT_CANDIDATES,
        "description": "How many guesses for each digit.",
    },
    "single": _BOOLEAN
    | {"default": False, "description": "The drawing is one digit; do not look for several."},
    "trace": _BOOLEAN
    | {"default": False, "description": "Add the picture that the model saw to each digit."},
}

_DRAWING: Schema = {
    "strokes": _array(
        _array(
            {
                "type": "array",
                "prefixItems": [_COORDINATE, _COORDINATE],
                "items": _NUMBER,
                "minItems": 2,
                "description": "x, y (down), and numbers that are ignored.",
            }
        ),
        high=MAX_STROKES,
    )
    | {"description": "Pen paths in any unit; a stroke of one point is a dot."},
    "image": _TEXT
    | {
        "contentEncoding": "base64",
        "description": "A PNG, JPEG or WebP in base64 without line breaks, or a data URL of it.",
    },
    "pixels": {
        "oneOf": [
            _array(
                _array(_PIXEL, MIN_PIXELS_SIDE, MAX_PIXELS_SIDE), MIN_PIXELS_SIDE, MAX_PIXELS_SIDE
            ),
            _array(_PIXEL, 28 * 28, 28 * 28),
        ],
        "description": "Rows of one length, or a flat array taken as 28 x 28.",
    },
}


def _with_drawing(fields: Schema, *optional: str) -> Schema:
    exactly_one = [{"required": [name]} for name in _DRAWING]
    return _object(_DRAWING | fields, *_DRAWING, *optional) | {"oneOf": exactly_one}


_BOX = _object({"x": _NUMBER, "y": _NUMBER, "width": _NUMBER, "height": _NUMBER})
_VERSION = _object({"name": _TEXT, "version": _TEXT})
_DIGIT = _object(
    {
        "label": _TEXT | {"description": "The best guess, whatever the status."},
        "status": {"enum": ["recognized", "unsure", "not_a_digit"]},
        "probability": _PROBABILITY,
        "candidates": _array(_object({"label": _TEXT, "probability": _PROBABILITY}), 1),
        "box": _BOX | {"description": "In the caller's own units."},
        "seen": _TEXT | {"description": "With trace: a PNG data URL, 28 x 28, white = ink."},
    },
    "seen",
)
_DIGITS = _array(one_of("Digit"), 1, MAX_DIGITS)

SCHEMAS: Schema = {
    "RecognizeRequest": _with_drawing(OPTIONS, *OPTIONS),
    "FeedbackRequest": _with_drawing(
        {
            "label": {
                "type": ["string", "null"],
                "description": "What it was, a label of the default model; null: not a digit.",
            },
            "predicted": _object(
                {"label": _NAME, "probability": _PROBABILITY, "model": _NAME, "version": _NAME}
            )
            | {"description": "The answer that the person saw."},
            "consent": {"const": True, "description": "Without it nothing is stored."},
        },
        "predicted",
    ),
    "Digit": _DIGIT,
    "Reading": _object({"name": _TEXT, "version": _TEXT, "text": _TEXT, "digits": _DIGITS}),
    "RecognizeAnswer": _object(
        {
            "text": _TEXT | {"description": "The labels, ? for each that is not recognized."},
            "digits": _DIGITS,
            "model": _VERSION,
            "preprocessing": _TEXT | {"description": "Version of the normalisation."},
            "models": _array(one_of("Reading"), 1),
        }
    ),
    "Receipt": _object({"id": _TEXT, "receipt": _TEXT | {"description": "A secret."}}),
    "Model": _object(
        {
            "name": _TEXT,
            "family": _TEXT,
            "version": _TEXT,
            "default": _BOOLEAN,
            "adapted_from": {"type": ["string", "null"], "description": "null: as trained."},
            "head": _object(dict.fromkeys(("sha256", "dataset", "round", "time"), _TEXT))
            | {"type": ["object", "null"], "description": "Of an adapted one: its last layer."},
            "sha256": _TEXT,
            "labels": _array(_TEXT, 1),
            "input": _object(
                dict.fromkeys(("width", "height"), _COUNT)
                | dict.fromkeys(("minimum", "maximum", "ink"), _NUMBER)
            ),
            "normalisation": _TEXT,
            "weights": _COUNT,
            "size_bytes": _COUNT,
            "temperature": _NUMBER,
            "thresholds": _object({"digit": _PROBABILITY, "recognized": _PROBABILITY}),
            "figures": _ANYTHING | {"description": "Measured, by data set."},
            "trained": _ANYTHING | {"description": "How it was trained."},
        }
    ),
    "Models": _object({"default": _TEXT, "models": _array(one_of("Model"), 1)}),
    "Health": _object(
        {
            "status": {"const": "ok"},
            "version": _TEXT,
            "model": _VERSION,
            "models": _array(_VERSION, 1),
            "preprocessing": _TEXT,
            "cold_start_ms": _NUMBER
            | {"description": "Processor time from the process's start to a first prediction."},
        }
    ),
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "code": {"enum": sorted({problem.code for problem in ALL_PROBLEMS})},
            "request_id": _TEXT,
            "field": _TEXT | {"description": "JSON pointer (RFC 6901) to the field at fault."},
        },
        "field",
    ),
}
