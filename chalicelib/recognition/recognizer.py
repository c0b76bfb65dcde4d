"""From a drawing to an answer: segment, normalise, classify, decide."""

import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from chalicelib.errors import CandidateFailed
from chalicelib.limits import DEFAULT_CANDIDATES
from chalicelib.recognition.drawing import Box, Drawing, Picture, Points
from chalicelib.recognition.heads import SHIPPED, HeadSource, Variant
from chalicelib.recognition.lineup import CANDIDATE_SUFFIX, Lineup, Pair
from chalicelib.recognition.normalise import ink_box
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.rollout import (
    NO_ROLLOUTS,
    Answered,
    Compared,
    Failed,
    Mode,
    RolloutSource,
    Sighting,
    Witness,
)
from chalicelib.recognition.segmentation import Part, Parting, segment

logger = logging.getLogger(__name__)


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
    """Reads drawings with the models of a registry, and what its sources have for them.

    heads: those that are promoted. rollouts: those whose candidates are open and fit. witness: is
    told what candidates do; none makes an answer fail that did not ask for it by its own name.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        heads: HeadSource = lambda: SHIPPED,
        rollouts: RolloutSource = lambda: NO_ROLLOUTS,
        witness: Witness = lambda *_: None,
    ) -> None:
        self.registry = registry
        self._heads, self._rollouts, self._witness = heads, rollouts, witness
        self._known = (SHIPPED, NO_ROLLOUTS, Lineup(registry, SHIPPED, NO_ROLLOUTS))

    def lineup(self) -> Lineup:
        """Return who answers at the moment; the same object until that changes."""
        known, heads, rollouts = self._known, self._heads(), self._rollouts()
        if known[0] is not heads or known[1] is not rollouts:
            lineup = Lineup(self.registry, heads, rollouts)
            known = self._known = (heads, rollouts, lineup)
        return known[2]

    def variants(self) -> dict[str, Variant]:
        """Return every way in which the models answer, the default first, but for candidates.

        A candidate that is promoted is the model.
        """
        return self.lineup().variants

    def variant(self, name: str) -> Variant:
        """Return the one of that name, candidates among them. Raises UnknownModel."""
        lineup = self.lineup()
        return lineup.one(name, lineup.variants)

    def default(self, drawing: Drawing | None = None) -> Variant:
        """Return the one that answers, or answers a drawing, where none is asked for."""
        lineup = self.lineup()
        answering = lineup.answering(drawing) if drawing is not None else lineup.variants
        return answering[self.registry.default]

    def recognize(
        self,
        drawing: Drawing,
        *,
        model: str | None = None,
        candidates: int = DEFAULT_CANDIDATES,
        single: bool = False,
    ) -> tuple[Reading, ...]:
        """Read a drawing with one model, or with each where `model` is "all".

        model: a name of `variants`, "all" (the default model comes first), a candidate's, or None
        for the default. candidates: guesses a digit, at least 1. single: do not look for several
        digits. Raises UnknownModel, EmptyDrawing, TooManyDigits; CandidateFailed where that was
        asked for by its own name: nobody else answers to it.
        """
        lineup = self.lineup()
        question = _Question(drawing, model or self.registry.default, candidates, single)
        try:
            return self._answer(question, lineup.answering(drawing), lineup)
        except CandidateFailed as failed:
            self.tell_failed(lineup.pairs[failed.model], failed)
            if question.model == failed.model + CANDIDATE_SUFFIX:
                raise
            return self._answer(question, lineup.live, lineup)

    def infer(
        self, pictures: Picture, model: str, version: str | None = None
    ) -> tuple[Variant, Points]:
        """Return who answers for pictures of shape (n, 28, 28), and the probabilities, (n, k).

        model, version: as `Lineup.version` takes them. For a candidate that is promoted, and was
        not asked for by itself, the live version steps in. Raises UnknownModel, UnknownVersion,
        CandidateFailed.
        """
        lineup = self.lineup()
        variant = lineup.version(model, version)
        try:
            return variant, self.run(variant, pictures)
        except CandidateFailed as failed:
            pair = lineup.pairs[failed.model]
            self.tell_failed(pair, failed)
            if version is not None or model != failed.model:
                raise
            return pair.live, self.run(pair.live, pictures)

    def run(self, variant: Variant, pictures: Picture) -> Points:
        """Return the probabilities for each picture of shape (n, 28, 28), shape (n, k).

        Raises CandidateFailed.
        """
        entry = variant.entry
        if entry is not self.registry.candidates.get(entry.name):
            return self._run(variant, pictures)
        try:
            found = self._run(variant, pictures)
            _require_numbers(found, (len(pictures), len(entry.labels) + 1))
        except Exception as error:  # whatever it does, it fails no answer of others
            raise CandidateFailed(entry.name, error) from error
        return found

    def tell_failed(self, pair: Pair, failed: CandidateFailed) -> None:
        """Tell the witness that the candidate of a pair failed."""
        self._tell_all([pair], Failed(failed.error))

    def _run(self, variant: Variant, pictures: Picture) -> Points:
        outputs = self.registry.network(variant.entry).run(pictures)
        return probabilities_of(variant.logits(outputs), variant.entry.temperature)

    def _answer(
        self, question: "_Question", answering: Mapping[str, Variant], lineup: Lineup
    ) -> tuple[Reading, ...]:
        asked = lineup.asked(question.model, answering)
        default = answering[self.registry.default]
        parting = self._part(question.drawing, default, single=question.single)
        readings = tuple(
            self._read(variant, parting, question.candidates, parted=variant is default)
            for variant in asked
        )
        for pair in lineup.pairs.values():
            if pair.rollout.mode is Mode.SHADOW and pair.live in asked:
                reading = readings[asked.index(pair.live)]
                self._tell_all([pair], self._compare(pair, reading, parting))
            elif pair.rollout.mode is Mode.SHARE and pair.candidate in asked:
                self._tell_all([pair], Answered())
        return readings

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

    def _compare(self, pair: Pair, reading: Reading, parting: Parting) -> Sighting:
        """Return what the candidate makes of the digits that the live version has answered."""
        try:
            shadow = self._read(pair.candidate, parting, 1, parted=False)
        except CandidateFailed as failed:  # told to the witness, and to nobody who asked
            return Failed(failed.error)
        both = list(zip(reading.digits, shadow.digits, strict=True))
        return Compared(
            digits=len(both),
            labels=sum(one.label != other.label for one, other in both),
            statuses=sum(one.status is not other.status for one, other in both),
            change=max(abs(one.probability - other.probability) for one, other in both),
        )

    def _tell_all(self, pairs: Sequence[Pair], sighting: Sighting) -> None:
        try:
            for pair in pairs:
                self._witness(pair.rollout, sighting)
        except Exception:
            logger.exception("What a candidate did could not be noted")


class _Question(NamedTuple):
    drawing: Drawing
    model: str
    candidates: int
    single: bool


def single_digit(drawing: Drawing) -> Parting:
    """Return a drawing as one digit, whatever it shows. Raises EmptyDrawing."""
    return Parting.of([Part(drawing, ink_box(drawing))])


def reading_of(
    variant: Variant, parting: Parting, probabilities: Points, candidates: int
) -> Reading:
    """Return what a variant reads where it gives each part these probabilities, shape (n, k)."""
    digits = tuple(
        decide(p, variant.entry, candidates, box, picture)
        for p, box, picture in zip(probabilities, parting.boxes, parting.pictures, strict=True)
    )
    return Reading(variant.name, variant.version, digits)


def _require_numbers(probabilities: Points, shape: tuple[int, int]) -> None:
    """Raise ArithmeticError unless there are that many; a live model's were checked long ago."""
    if probabilities.shape != shape or not np.isfinite(probabilities).all():
        raise ArithmeticError(f"its probabilities are not {shape} numbers")


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
