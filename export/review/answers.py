"""What each model says of the drawings under review, as trained and as adapted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.heads import Heads, Variant, variants_of
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


def read_pictures(
    registry: ModelRegistry, heads: Heads, pictures: Sequence[Picture]
) -> list[tuple[Answer, ...]]:
    """Return the answers to each picture of shape (28, 28), float32 in [0, 1].

    They come from every model as it is served, and as trained beside it where it is adapted.
    """
    variants = variants_of(registry, heads).values()
    by_variant = [_answers(registry, variant, pictures) for variant in variants]
    return [tuple(answers) for answers in zip(*by_variant, strict=True)]


def _answers(
    registry: ModelRegistry, variant: Variant, pictures: Sequence[Picture]
) -> list[Answer]:
    entry, model = variant.entry, registry.model(variant.entry.name)
    labels = (*entry.labels, None)
    answers = []
    for first in range(0, len(pictures), BATCH):
        outputs = model.run(np.stack(pictures[first : first + BATCH]))
        for row in probabilities_of(variant.logits(outputs), entry.temperature):
            best = np.argsort(-row, kind="stable")[:GUESSES]
            guesses = tuple(Guess(labels[i], float(row[i])) for i in best)
            answers.append(Answer(variant.name, variant.version, guesses))
    return answers
