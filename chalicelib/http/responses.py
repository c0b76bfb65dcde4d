"""Readings and models as the JSON that callers get."""

import base64
from typing import TYPE_CHECKING, Any

from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import NORMALISATION_VERSION, SIDE_PX
from chalicelib.recognition.png import encode_picture

if TYPE_CHECKING:  # importing them would import onnxruntime
    from chalicelib.recognition.heads import Variant
    from chalicelib.recognition.lineup import Lineup, Pair
    from chalicelib.recognition.recognizer import Digit, Reading

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
        found["seen"] = seen_url(digit.picture)
    return found


def seen_url(picture: Picture) -> str:
    """Return the data URL of what a model saw, of shape (28, 28), float32 in [0, 1]."""
    return f"data:image/png;base64,{base64.b64encode(encode_picture(picture)).decode()}"


def models_json(lineup: "Lineup", default: str) -> dict[str, Any]:
    """Return all models, the default first, and the rollouts that are on, if any is."""
    found: dict[str, Any] = {
        "default": default,
        "models": [model_json(variant, default) for variant in lineup.variants.values()],
    }
    if lineup.pairs:
        found["rollouts"] = [_rollout_json(pair, default) for pair in lineup.pairs.values()]
    return found


def _rollout_json(pair: "Pair", default: str) -> dict[str, Any]:
    rollout = pair.rollout
    both = (model_json(variant, default) for variant in pair.named().values())
    return {
        "model": rollout.model,
        "mode": rollout.mode.value,
        "share": rollout.share,
        **dict(zip(("live", "candidate"), both, strict=True)),
    }


def model_json(variant: "Variant", default: str) -> dict[str, Any]:
    """Return what is known of one model; `default` is the name of the default one."""
    entry, head = variant.entry, variant.head
    return {
        "name": variant.name,
        "family": entry.family,
        "version": variant.version,
        "default": variant.name == default,
        "adapted_from": entry.version if head else None,
        "head": dict(head.origin) if head else None,
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
        "figures": dict(variant.figures),
        "trained": dict(entry.trained),
    }


def version_json(variant: "Variant") -> dict[str, str]:
    """Return what tells one model's answers from those of any other."""
    return {"name": variant.name, "version": variant.version}
