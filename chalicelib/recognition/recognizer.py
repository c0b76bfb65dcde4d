"""From a drawing to an answer: segment, normalise, classify, decide."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from chalicelib.limits import DEFAULT_CANDIDATES
from chalicelib.recognition.drawing import Box, Drawing, Picture, Points
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.segmentation import Part, Parting, segment

ALL_MODELS = "all"


class Status(StrEnum):
    """How an answer is meant."""

    RECOGNIZED = "recognized"
    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One guess for a digit; probability in [0, 1], calibrated."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit of a drawing as one model reads it.

    candidates: the best guesses, the most probable first.
    box: where it stands, in the caller's units.
    picture: array of shape (28, 28), float32 in [0, 1], what the model saw.
    """

    label: str
    status: Status
    probability: float
    candidates: tuple[Candidate, ...]
    box: Box
    picture: Picture


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model makes of a drawing."""

    model: str
    version: str
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The labels in order, with a `?` for each that is not recognized."""
        return "".join(d.label if d.status is Status.RECOGNIZED else "?" for d in self.digits)


class Recognizer:
    """Reads drawings with the models of a registry."""

    def __init__(self, registry: ModelRegistry) -> None:
        self.registry = registry

    def recognize(
        self,
        drawing: Drawing,
        *,
        model: str | None = None,
        candidates: int = DEFAULT_CANDIDATES,
        single: bool = False,
    ) -> tuple[Reading, ...]:
        """Read a drawing with one model, or with each where `model` is "all".

        model: a name of the registry, "all" (the default model comes first), or None for the
        default. candidates: guesses a digit, at least 1. single: do not look for several
        digits. Raises UnknownModel, EmptyDrawing, TooManyDigits.
        """
        names = self._names(model)
        parting = self._part(drawing, single=single)
        return tuple(self._read(name, parting, candidates) for name in names)

    def _part(self, drawing: Drawing, *, single: bool) -> Parting:
        """Return the digits of a drawing, which the default model parts for all models."""
        if single:
            return Parting.of(Part(drawing, ink_box(drawing)))
        return segment(drawing, lambda pictures: self._run(self.registry.default, pictures))

    def _run(self, name: str, pictures: Picture) -> Points:
        """Return a model's probabilities for each picture, shape (n, k)."""
        logits = self.registry.model(name).run(pictures).logits
        return probabilities_of(logits, self.registry.entry(name).temperature)

    def _names(self, model: str | None) -> tuple[str, ...]:
        if model == ALL_MODELS:
            return self.registry.names
        return (self.registry.entry(model or self.registry.default).name,)

    def _read(self, name: str, parting: Parting, candidates: int) -> Reading:
        entry = self.registry.entry(name)
        probabilities = parting.probabilities
        if probabilities is None or name != self.registry.default:
            probabilities = self._run(name, parting.pictures)
        digits = tuple(
            decide(p, entry, candidates, box, picture)
            for p, box, picture in zip(probabilities, parting.boxes, parting.pictures, strict=True)
        )
        return Reading(name, entry.version, digits)


def probabilities_of(logits: Picture, temperature: float) -> Points:
    """Return softmax(logits / temperature) along the last axis, float64."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Points = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def decide(p: Points, entry: ModelEntry, candidates: int, box: Box, picture: Picture) -> Digit:
    """Turn the probabilities of one picture, shape (k + 1,), the last for none, into an answer."""
    digits = p[:-1]
    order = np.argsort(-digits, kind="stable")[:candidates]
    guesses = tuple(Candidate(entry.labels[i], float(digits[i])) for i in order)
    best = guesses[0]
    if 1.0 - p[-1] < entry.thresholds.digit:
        status = Status.NOT_A_DIGIT
    elif best.probability < entry.thresholds.recognized:
        status = Status.UNSURE
    else:
        status = Status.RECOGNIZED
    return Digit(best.label, status, best.probability, guesses, box, picture)
