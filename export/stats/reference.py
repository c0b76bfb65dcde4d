"""What answers are compared with: those of the default model, as shipped, to its gold set."""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import UnusableModel
from chalicelib.learning.anchors import load_anchors
from chalicelib.learning.statistics import confidence_counts
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelRegistry


@dataclass(frozen=True, slots=True)
class Reference:
    """What the default model, as shipped, answers to the digits of its gold set.

    classes, confidence: counts as `class_counts` and `confidence_counts` give them.
    """

    name: str
    labels: tuple[str, ...]
    classes: NDArray[np.int64]
    confidence: NDArray[np.int64]


def gold_reference(registry: ModelRegistry) -> Reference | None:
    """Return the default model's answers to its gold set; None where it has none beside it."""
    entry = registry.entry(registry.default)
    try:
        gold, _ = load_anchors(registry, entry.name)
    except UnusableModel as error:
        print(f"Without a reference there is no drift: {error}", file=sys.stderr)
        return None
    digits = gold.targets < len(entry.labels)
    logits = gold.features[digits] @ gold.weights + gold.bias
    p = probabilities_of(logits, entry.temperature)[:, :-1]
    classes = np.bincount(p.argmax(axis=1), minlength=len(entry.labels))
    return Reference(
        f"{entry.name} {entry.version}", entry.labels, classes, confidence_counts(p.max(axis=1))
    )
