"""Readings and models as the JSON that callers get."""

import base64
from typing import TYPE_CHECKING, Any

from chalicelib.recognition.normalise import NORMALISATION_VERSION, SIDE_PX
from chalicelib.recognition.png import encode_picture

if TYPE_CHECKING:  # importing them would import onnxruntime
    from chalicelib.recognition.recognizer import Digit, Reading
    from chalicelib.recognition.registry import ModelEntry, ModelRegistry

DECIMALS = 6  # of a probability


def readings_json(readings: "tuple[Reading, ...]", *, trace: bool) -> dict[str, Any]:
    """Return the answer to a drawing; the first reading is the one at the top."""
    models = [
        {
            "name": reading.model,
            "version": reading.version,
            "text": reading.text,
            "digits": [_digit_json(digit, trace=trace) for digit in reading.digits],
        }
        for reading in readings
    ]
    first = models[0]
    return {
        "text": first["text"],
        "digits": first["digits"],
        "model": {"name": first["name"], "version": first["version"]},
        "preprocessing": NORMALISATION_VERSION,
        "models": models,
    }


def _digit_json(digit: "Digit", *, trace: bool) -> dict[str, Any]:
    box = digit.box
    found: dict[str, Any] = {
        "label": digit.label,
        "status": digit.status.value,
        "probability": round(digit.probability, DECIMALS),
        "candidates": [
            {"label": candidate.label, "probability": round(candidate.probability, DECIMALS)}
            for candidate in digit.candidates
        ],
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
    }
    if trace:
        png = base64.b64encode(encode_picture(digit.picture)).decode()
        found["seen"] = f"data:image/png;base64,{png}"
    return found


def models_json(registry: "ModelRegistry") -> dict[str, Any]:
    """Return all models, the default first."""
    return {
        "default": registry.default,
        "models": [model_json(registry.entry(name), registry.default) for name in registry.names],
    }


def model_json(entry: "ModelEntry", default: str) -> dict[str, Any]:
    """Return what is known of one model; `default` is the name of the default one."""
    return {
        "name": entry.name,
        "family": entry.family,
        "version": entry.version,
        "default": entry.name == default,
        "adapted_from": None,
        "sha256": entry.sha256,
        "labels": list(entry.labels),
        "input": {"width": SIDE_PX, "height": SIDE_PX, "minimum": 0, "maximum": 1, "ink": 1},
        "normalisation": entry.normalisation,
        "weights": entry.weights,
        "size_bytes": entry.size_bytes,
        "temperature": entry.temperature,
        "thresholds": {
            "digit": entry.thresholds.digit,
            "recognized": entry.thresholds.recognized,
        },
        "figures": dict(entry.figures),
        "trained": dict(entry.trained),
    }
