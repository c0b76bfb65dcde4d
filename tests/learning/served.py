"""Heads for the published models, and where they are served from."""

import threading
from pathlib import Path

import numpy as np

from chalicelib.learning.heads import Head
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry

MODELS = Path(__file__).parents[2] / "chalicelib" / "models"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Return the time that was set."""
        return self.now_s


def settled(recognizer: Recognizer) -> Recognizer:
    """Return what answers once it has read what it is to read, however busy the machine is."""
    recognizer.lineup()
    for thread in threading.enumerate():
        if thread.name == "heads":
            thread.join()
    return recognizer


def published() -> ModelRegistry:
    """Return the published models."""
    return ModelRegistry.load(MODELS)


def head_for(registry: ModelRegistry, name: str, answers: str) -> Head:
    """Return a head that takes whatever it sees for one label."""
    entry = registry.entry(name)
    bias = np.zeros(len(entry.labels) + 1, np.float32)
    bias[entry.labels.index(answers)] = 100
    return Head(
        model=name,
        model_version=entry.version,
        model_sha256=entry.sha256,
        normalisation=entry.normalisation,
        labels=entry.labels,
        weights=np.zeros((registry.model(name).features, len(bias)), np.float32),
        bias=bias,
        dataset="none",
        round="a test",
        time="2026-11-21T10:00:00+00:00",
        figures={"gold": {"drawings": 10, "correct": 1, "accuracy": 0.1}},
        trained_figures={"gold": {"drawings": 10, "correct": 10, "accuracy": 1.0}},
    )
