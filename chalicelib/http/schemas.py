"""The JSON of requests and answers as JSON Schema (2020-12), for the OpenAPI document.

Every object has a name: generators call their classes by it.
"""

from chalicelib.http.json_schema import (
    ANYTHING,
    BOOLEAN,
    COUNT,
    NUMBER,
    PROBABILITY,
    TEXT,
    Schema,
    array,
    closed_object,
    one_of,
    or_null,
)
from chalicelib.http.problems import ALL_PROBLEMS
from chalicelib.http.request_schemas import REQUESTS
from chalicelib.limits import MAX_DIGITS
from chalicelib.recognition.rollout import Mode

_DIGITS = array(one_of("Digit"), 1, MAX_DIGITS)

_READINGS: dict[str, Schema] = {
    "RecognizeAnswer": closed_object(
        {
            "text": TEXT | {"description": "The labels, ? for each that is not recognized."},
            "digits": _DIGITS,
            "model": one_of("ModelVersion"),
            "preprocessing": TEXT | {"description": "Version of the normalisation."},
            "models": array(one_of("Reading"), 1),
        }
    ),
    "Reading": closed_object({"name": TEXT, "version": TEXT, "text": TEXT, "digits": _DIGITS}),
    "Digit": closed_object(
        {
            "label": TEXT | {"description": "The best guess, whatever the status."},
            "status": one_of("DigitStatus"),
            "probability": PROBABILITY,
            "candidates": array(one_of("Candidate"), 1),
            "box": one_of("Box"),
            "seen": TEXT | {"description": "With trace: a PNG data URL, 28 x 28, white = ink."},
        },
        "seen",
    ),
    "DigitStatus": {"type": "string", "enum": ["recognized", "unsure", "not_a_digit"]},
    "Candidate": closed_object({"label": TEXT, "probability": PROBABILITY}),
    "Box": closed_object(dict.fromkeys(("x", "y", "width", "height"), NUMBER))
    | {"description": "In the caller's own units."},
    "ModelVersion": closed_object({"name": TEXT, "version": TEXT}),
}

_MODELS: dict[str, Schema] = {
    "ModelList": closed_object(
        {
            "default": TEXT,
            "models": array(one_of("Model"), 1),
            "rollouts": array(one_of("Rollout"), 1)
            | {"description": "Only while a second version of a model is tried."},
        },
        "rollouts",
    ),
    "Rollout": closed_object(
        {
            "model": TEXT,
            "mode": one_of("RolloutMode"),
            "share": PROBABILITY | {"description": "Of drawings that the candidate answers."},
            "live": one_of("Model"),
            "candidate": one_of("Model"),
        }
    ),
    "RolloutMode": {"type": "string", "enum": [mode.value for mode in Mode]},
    "Model": closed_object(
        {
            "name": TEXT,
            "family": TEXT,
            "version": TEXT,
            "default": BOOLEAN,
            "adapted_from": {"type": ["string", "null"], "description": "null: as trained."},
            "head": or_null("Head"),
            "sha256": TEXT,
            "labels": array(TEXT, 1),
            "input": one_of("ModelInput"),
            "normalisation": TEXT,
            "weights": COUNT,
            "size_bytes": COUNT,
            "temperature": NUMBER,
            "thresholds": one_of("Thresholds"),
            "figures": ANYTHING | {"description": "Measured, by data set."},
            "trained": ANYTHING | {"description": "How it was trained."},
        }
    ),
    "Head": closed_object(dict.fromkeys(("sha256", "dataset", "round", "time"), TEXT))
    | {"description": "The last layer of an adapted model."},
    "ModelInput": closed_object(
        dict.fromkeys(("width", "height"), COUNT)
        | dict.fromkeys(("minimum", "maximum", "ink"), NUMBER)
    ),
    "Thresholds": closed_object({"digit": PROBABILITY, "recognized": PROBABILITY}),
}

SCHEMAS: dict[str, Schema] = {
    **REQUESTS,
    **_READINGS,
    **_MODELS,
    "Receipt": closed_object({"id": TEXT, "receipt": TEXT | {"description": "A secret."}}),
    "Health": closed_object(
        {
            "status": {"type": "string", "const": "ok"},
            "version": TEXT,
            "model": one_of("ModelVersion"),
            "models": array(one_of("ModelVersion"), 1),
            "preprocessing": TEXT,
            "cold_start_ms": NUMBER
            | {"description": "Processor time from the process's start to a first prediction."},
        }
    ),
    "Problem": closed_object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "code": one_of("ProblemCode"),
            "request_id": TEXT,
            "field": TEXT | {"description": "JSON pointer (RFC 6901) to the field at fault."},
            "error": TEXT | {"description": "From the gateway alone: the title, as /v2 has it."},
        },
        "field",
        "error",
    ),
    "ProblemCode": {
        "type": "string",
        "enum": sorted({problem.code for problem in ALL_PROBLEMS}),
    },
    "Document": ANYTHING | {"description": "An OpenAPI document."},
}
