"""The figures that were to be reached, beside those that are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from export.evaluate import Score
from export.quality.findings import Findings
from export.quality.markdown import SEED, percent, share, span, spread_of_mean
from export.quality.measure import (
    Judged,
    by_group,
    calibration_error,
    claims_a_digit,
    is_recognized,
    is_right,
    mean_accuracy,
    reliability,
    reliability_of,
    score,
    worst,
)
from export.quality.sets import (
    AS_IMAGES,
    CHARACTER_IMAGES,
    CHARACTERS,
    DOODLE_IMAGES,
    DOODLES,
    MNIST,
    STROKES,
)
from export.quality.strings import MAIN_SETTING
from export.quality.variants import Variant

MOST_WEIGHTS = 400_000
MNIST_TARGETS = {"cnn": 0.997, "perceptron": 0.988}
RESAMPLINGS = 500  # of the calibration error, which takes longer than a mean


@dataclass(frozen=True, slots=True)
class Target:
    """One figure: what it is of, what it should be, what it is."""

    what: str
    wanted: str
    measured: str
    reached: bool


def check_targets(findings: Findings) -> list[Target]:
    """Return a line for every target that the data at hand can be held against."""
    model = findings.default
    targets = list(_mnist(findings))
    strokes = findings.of_sets(model.name, (STROKES,))
    if strokes:
        what = "pen strokes of unseen writers"
        targets.append(_at_least(what, 0.995, score(strokes, is_right)))
    drawn = findings.drawn_digits(model.name)
    if drawn:
        targets += [*_people(drawn), *_recognized(drawn), _calibration(drawn)]
    targets += [*_others(findings), *_strings(findings), *_variants(findings.variants, model.name)]
    wanted, light = f"at most {MOST_WEIGHTS:,}", model.weights <= MOST_WEIGHTS
    return [*targets, Target(f"weights of `{model.name}`", wanted, f"{model.weights:,}", light)]


def calibration_interval(judged: list[Judged]) -> tuple[float, float]:
    """Return the 95 % interval of the calibration error from resamplings, always the same."""
    rng = np.random.default_rng(SEED)
    p = np.array([j.answer.probability for j in judged])
    right = np.array([j.right for j in judged])
    errors = []
    for _ in range(RESAMPLINGS):
        chosen = rng.integers(len(p), size=len(p))
        errors.append(calibration_error(reliability(p[chosen].tolist(), right[chosen].tolist())))
    low, high = np.percentile(errors, (2.5, 97.5))
    return float(low), float(high)


def calibration_of(judged: list[Judged]) -> float:
    """Return the expected calibration error of answers to digits."""
    return calibration_error(reliability_of(judged))


def variant_score(variants: list[Variant], model: str) -> Score:
    """Return how many variants kept their digit's label."""
    return Score(len(variants), sum(v.same(model) for v in variants))


def _people(drawn: list[Judged]) -> list[Target]:
    people = {name: score(group, is_right) for name, group in by_group(drawn).items()}
    mean, worst_name = mean_accuracy(people), worst(people)
    interval = span(spread_of_mean([s.accuracy for s in people.values()]))
    mean_text = f"{percent(mean)} ({interval}), {len(people)} people and programs"
    worst_score = people[worst_name]
    return [
        _at_least("drawn digits, all", 0.993, score(drawn, is_right)),
        Target("drawn digits, mean over people", "at least 99.3 %", mean_text, mean >= 0.993),
        Target(
            "drawn digits, worst person",
            "at least 96 %",
            f"{worst_name}: {share(worst_score)}",
            worst_score.accuracy >= 0.96,
        ),
    ]


def _mnist(findings: Findings) -> Iterator[Target]:
    for model in findings.models:
        wanted = MNIST_TARGETS.get(model.family)
        if wanted is not None:
            judged = findings.judged[model.name][MNIST]
            yield _at_least(f"MNIST test images, `{model.name}`", wanted, score(judged, is_right))


def _recognized(drawn: list[Judged]) -> Iterator[Target]:
    yield _at_least("drawn digits answered `recognized`", 0.97, score(drawn, is_recognized))
    answered = [j for j in drawn if is_recognized(j)]
    if answered:
        yield _at_least("of those, right", 0.997, score(answered, is_right))


def _others(findings: Findings) -> Iterator[Target]:
    for name, words in (
        (CHARACTERS, "characters of unseen alphabets"),
        (DOODLES, "unseen doodles"),
        (CHARACTER_IMAGES, f"characters of unseen alphabets, {AS_IMAGES},"),
        (DOODLE_IMAGES, f"unseen doodles, {AS_IMAGES},"),
    ):
        judged = findings.of_sets(findings.default.name, [name])
        if judged:
            claimed = score(judged, claims_a_digit)
            what = f"{words} answered `recognized`"
            yield Target(what, "at most 5 %", share(claimed), claimed.accuracy <= 0.05)


def _calibration(drawn: list[Judged]) -> Target:
    error = calibration_of(drawn)
    text = f"{percent(error)} ({span(calibration_interval(drawn))}), {len(drawn):,} drawings"
    return Target("expected calibration error, drawn digits", "at most 1 %", text, error <= 0.01)


def _strings(findings: Findings) -> Iterator[Target]:
    chosen = [
        s
        for s in findings.strings
        if s.setting == MAIN_SETTING and s.model == findings.default.name
    ]
    for strings in chosen:
        name = f"strings of 2 to 6 digits, {strings.kind}"
        yield _at_least(f"{name}: digits", 0.98, strings.digits)
        yield _at_least(f"{name}: whole", 0.95, strings.whole)


def _variants(variants: list[Variant], model: str) -> Iterator[Target]:
    for words, chosen in (
        ("strokes", [v for v in variants if v.brush is None]),
        ("images", [v for v in variants if v.brush is not None]),
    ):
        if chosen:
            what = f"place, size, brush, colours, as {words}: same label"
            yield _at_least(what, 0.995, variant_score(chosen, model))


def _at_least(what: str, wanted: float, measured: Score) -> Target:
    least = f"at least {100 * wanted:g} %"
    return Target(what, least, share(measured), measured.accuracy >= wanted)
