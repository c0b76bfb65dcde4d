"""Many drawings read together: a network is run on what all of them ask for at once.

Each answer is the one that `Recognizer.recognize` gives to the drawing alone, but that candidates
are not tried: one that is promoted answers, one that is named, and no other. Where one fails, the
live versions answer all drawings that are read with it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from chalicelib.errors import CandidateFailed, InklingError
from chalicelib.limits import DEFAULT_CANDIDATES
from chalicelib.recognition.drawing import Drawing, Picture, Points
from chalicelib.recognition.heads import Variant
from chalicelib.recognition.lineup import CANDIDATE_SUFFIX, Lineup
from chalicelib.recognition.recognizer import (
    Reading,
    Recognizer,
    reading_of,
    single_digit,
)
from chalicelib.recognition.segmentation import Parting, Steps, segment_in_steps


class Question(NamedTuple):
    """A drawing to be read; the fields are the arguments of `Recognizer.recognize`."""

    drawing: Drawing
    model: str | None = None
    candidates: int = DEFAULT_CANDIDATES
    single: bool = False


Answer = tuple[Reading, ...] | InklingError


def recognize_all(recognizer: Recognizer, questions: Sequence[Question]) -> list[Answer]:
    """Return for each question its readings, or the error that `recognize` would raise."""
    lineup = recognizer.lineup()
    answering: Mapping[str, Variant] = lineup.variants
    failures: dict[str, CandidateFailed] = {}
    while True:
        try:
            return _answer_all(recognizer, questions, lineup, answering, failures)
        except CandidateFailed as failed:
            recognizer.tell_failed(lineup.pairs[failed.model], failed)
            failures[failed.model + CANDIDATE_SUFFIX] = failed
            answering = lineup.live


def _answer_all(
    recognizer: Recognizer,
    questions: Sequence[Question],
    lineup: Lineup,
    answering: Mapping[str, Variant],
    failures: Mapping[str, CandidateFailed],
) -> list[Answer]:
    """Answer with the variants of `answering`; failures: of candidates, by their own names.

    Raises CandidateFailed for another one.
    """
    default = answering[recognizer.registry.default]
    answers: dict[int, Answer] = {}
    asked: dict[int, tuple[Variant, ...]] = {}
    for i, question in enumerate(questions):
        model = question.model or default.name
        if model in failures:
            answers[i] = failures[model]
            continue
        try:
            asked[i] = lineup.asked(model, answering)
        except InklingError as error:
            answers[i] = error
    partings, errors = _part_all(recognizer, default, {i: _steps(questions[i]) for i in asked})
    probabilities = {
        variant.name: _probabilities_of(
            recognizer,
            variant,
            {i: parting for i, parting in partings.items() if variant in asked[i]},
            parted=variant is default,
        )
        for variant in {each.name: each for of in asked.values() for each in of}.values()
    }
    for i, parting in partings.items():
        candidates = questions[i].candidates
        answers[i] = tuple(
            reading_of(variant, parting, probabilities[variant.name][i], candidates)
            for variant in asked[i]
        )
    answers |= errors
    return [answers[i] for i in range(len(questions))]


def _steps(question: Question) -> Steps:
    if question.single:
        return single_digit(question.drawing)
    return (yield from segment_in_steps(question.drawing))


def _part_all(
    recognizer: Recognizer, default: Variant, steps: Mapping[int, Steps]
) -> tuple[dict[int, Parting], dict[int, InklingError]]:
    """Part drawings side by side; what they ask of the network is asked for all in one go."""
    partings: dict[int, Parting] = {}
    errors: dict[int, InklingError] = {}
    told: Mapping[int, Points | None] = dict.fromkeys(steps)
    while told:
        wanted: dict[int, Picture] = {}
        for i, probabilities in told.items():
            try:
                wanted[i] = steps[i].send(probabilities)  # type: ignore[arg-type]  # None begins
            except StopIteration as stopped:
                partings[i] = stopped.value
            except InklingError as error:
                errors[i] = error
        told = _run_all(recognizer, default, wanted)
    return partings, errors


def _probabilities_of(
    recognizer: Recognizer, variant: Variant, partings: Mapping[int, Parting], *, parted: bool
) -> dict[int, Points]:
    """Return what a variant makes of each parting; `parted`: it was asked for them already."""
    known = {
        i: parting.probabilities
        for i, parting in partings.items()
        if parted and parting.probabilities is not None
    }
    unknown = {i: parting.pictures for i, parting in partings.items() if i not in known}
    return known | _run_all(recognizer, variant, unknown)


def _run_all(
    recognizer: Recognizer, variant: Variant, wanted: Mapping[int, Picture]
) -> dict[int, Points]:
    """Return for each array of pictures their probabilities."""
    if not wanted:
        return {}
    probabilities = recognizer.run(variant, np.concatenate(list(wanted.values())))
    ends = np.cumsum([len(of) for of in wanted.values()])
    return dict(zip(wanted, np.split(probabilities, ends[:-1]), strict=True))
