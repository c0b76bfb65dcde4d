"""What each model says of the drawings under review, as trained and as adapted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelRegistry

BATCH = 256
GUESSES = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """One label, None for "no digit", and its calibrated probability in [0, 1]."""

    label: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model says of one drawing; guesses: the best ones, the most probable first."""

    model: str
    version: str
    guesses: tuple[Guess, ...]

    @property
    def said(self) -> str | None:
        """The label that it takes the drawing for."""
        return self.guesses[0].label


def read_pictures(registry: ModelRegistry, pictures: Sequence[Picture]) -> list[tuple[Answer, ...]]:
    """Return every model's answer to each picture of shape (28, 28), float32 in [0, 1]."""
    by_model = [_answers(registry, name, pictures) for name in registry.names]
    return [tuple(answers) for answers in zip(*by_model, strict=True)]


def _answers(registry: ModelRegistry, name: str, pictures: Sequence[Picture]) -> list[Answer]:
    entry, model = registry.entry(name), registry.model(name)
    labels = (*entry.labels, None)
    answers = []
    for first in range(0, len(pictures), BATCH):
        logits = model.run(np.stack(pictures[first : first + BATCH])).logits
        for row in probabilities_of(logits, entry.temperature):
            best = np.argsort(-row, kind="stable")[:GUESSES]
            guesses = tuple(Guess(labels[i], float(row[i])) for i in best)
            answers.append(Answer(name, entry.version, guesses))
    return answers
