"""From a drawing to an answer: segment, normalise, classify, decide."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from chalicelib.limits import DEFAULT_CANDIDATES
from chalicelib.recognition.drawing import Box, Drawing, Picture, Points
from chalicelib.recognition.heads import (
    SHIPPED,
    HeadSource,
    Variant,
    variant_named,
    variants_of,
)
from chalicelib.recognition.manifest import ALL_MODELS
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.segmentation import Part, Parting, segment


class Status(StrEnum):
    """How an answer is meant."""

    RECOGNIZED = "recognized"
    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"


class Candidate(NamedTuple):
    """One guess for a digit; probability in [0, 1], calibrated."""

    label: str
    probability: float


class Digit(NamedTuple):
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


class Reading(NamedTuple):
    """What one model makes of a drawing."""

    model: str
    version: str
    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The labels in order, with a `?` for each that is not recognized."""
        return "".join(d.label if d.status is Status.RECOGNIZED else "?" for d in self.digits)


class Recognizer:
    """Reads drawings with the models of a registry and the heads that a source has for them."""

    def __init__(self, registry: ModelRegistry, heads: HeadSource = lambda: SHIPPED) -> None:
        self.registry = registry
        self._heads = heads
        self._known = (SHIPPED, variants_of(registry, SHIPPED))

    def variants(self) -> dict[str, Variant]:
        """Return every way in which the models answer at the moment, the default first."""
        known, heads = self._known, self._heads()
        if known[0] is not heads:
            known = self._known = (heads, variants_of(self.registry, heads))
        return known[1]

    def variant(self, name: str) -> Variant:
        """Return the one of that name. Raises UnknownModel."""
        return variant_named(self.variants(), name)

    def default(self) -> Variant:
        """Return the one that answers where none is asked for."""
        return self.variants()[self.registry.default]

    def recognize(
        self,
        drawing: Drawing,
        *,
        model: str | None = None,
        candidates: int = DEFAULT_CANDIDATES,
        single: bool = False,
    ) -> tuple[Reading, ...]:
        """Read a drawing with one model, or with each where `model` is "all".

        model: a name of `variants`, "all" (the default model comes first), or None for the
        default. candidates: guesses a digit, at least 1. single: do not look for several
        digits. Raises UnknownModel, EmptyDrawing, TooManyDigits.
        """
        variants = self.variants()
        default = variants[self.registry.default]
        asked = variants_asked(variants, model or default.name)
        parting = self._part(drawing, default, single=single)
        return tuple(
            self._read(variant, parting, candidates, parted=variant is default) for variant in asked
        )

    def run(self, variant: Variant, pictures: Picture) -> Points:
        """Return the probabilities for each picture of shape (n, 28, 28), shape (n, k)."""
        outputs = self.registry.model(variant.entry.name).run(pictures)
        return probabilities_of(variant.logits(outputs), variant.entry.temperature)

    def _part(self, drawing: Drawing, default: Variant, *, single: bool) -> Parting:
        """Return the digits of a drawing, which the default model parts for all models."""
        if single:
            return single_digit(drawing)
        return segment(drawing, lambda pictures: self.run(default, pictures))

    def _read(
        self, variant: Variant, parting: Parting, candidates: int, *, parted: bool
    ) -> Reading:
        """Return a reading; `parted`: the probabilities of the parting are of this variant."""
        probabilities = parting.probabilities
        if probabilities is None or not parted:
            probabilities = self.run(variant, parting.pictures)
        return reading_of(variant, parting, probabilities, candidates)


def variants_asked(variants: Mapping[str, Variant], model: str) -> tuple[Variant, ...]:
    """Return the variant of a name, or each of them for "all". Raises UnknownModel."""
    return tuple(variants.values()) if model == ALL_MODELS else (variant_named(variants, model),)


def single_digit(drawing: Drawing) -> Parting:
    """Return a drawing as one digit, whatever it shows. Raises EmptyDrawing."""
    return Parting.of(Part(drawing, ink_box(drawing)))


def reading_of(
    variant: Variant, parting: Parting, probabilities: Points, candidates: int
) -> Reading:
    """Return what a variant reads where it gives each part these probabilities, shape (n, k)."""
    digits = tuple(
        decide(p, variant.entry, candidates, box, picture)
        for p, box, picture in zip(probabilities, parting.boxes, parting.pictures, strict=True)
    )
    return Reading(variant.name, variant.version, digits)


def probabilities_of(logits: Picture, temperature: float) -> Points:
    """Return softmax(logits / temperature) along the last axis, float64."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: Points = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def decide(p: Points, entry: ModelEntry, candidates: int, box: Box, picture: Picture) -> Digit:
    """Turn the probabilities of one picture, shape (k + 1,), the last for none, into an answer."""
    *digits, none = p.tolist()
    order = sorted(range(len(digits)), key=lambda i: -digits[i])[:candidates]
    guesses = tuple(Candidate(entry.labels[i], digits[i]) for i in order)
    best = guesses[0]
    if 1.0 - none < entry.thresholds.digit:
        status = Status.NOT_A_DIGIT
    elif best.probability < entry.thresholds.recognized:
        status = Status.UNSURE
    else:
        status = Status.RECOGNIZED
    return Digit(best.label, status, best.probability, guesses, box, picture)
