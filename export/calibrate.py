"""From scores to honest probabilities: a temperature and two thresholds, from validation data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import Thresholds
from export.drawn import NONE_LABEL

TEMPERATURES = np.geomspace(0.2, 5.0, 161)
# Bounded, for what people will draw is not mixed as the validation drawings are.
DIGIT_THRESHOLDS = np.linspace(0.3, 0.7, 41)
RECOGNIZED_THRESHOLDS = np.linspace(0.5, 0.995, 100)
# What the answers given without reserve are held to, as shares.
MOST_HELD_BACK = 0.03  # of the digits, not given so
MOST_WRONG = 0.003  # of the digits given so
MOST_OTHERS = 0.05  # of what is no digit, given as one


@dataclass(frozen=True, slots=True)
class Scored:
    """What a network says of one validation set.

    logits: array of shape (n, k + 1), float32. targets: array of shape (n,), int64.
    """

    logits: NDArray[np.float32]
    targets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into probabilities and those into an answer's status."""

    temperature: float
    thresholds: Thresholds


def calibrate(sets: list[Scored]) -> Calibration:
    """Choose temperature and thresholds; every set weighs the same, however large it is."""
    logits = np.concatenate([s.logits for s in sets])
    targets = np.concatenate([s.targets for s in sets])
    weights = np.concatenate([np.full(len(s.targets), 1 / len(s.targets)) for s in sets])
    temperature = _choose_temperature(logits, targets, weights * (targets != NONE_LABEL))
    p = probabilities_of(logits, temperature)
    digit = _choose_digit_threshold(1 - p[:, NONE_LABEL], targets, weights)
    recognized = _choose_recognized_threshold(p, targets, weights, digit)
    return Calibration(temperature, Thresholds(digit, recognized))


def _choose_temperature(
    logits: NDArray[np.float32], targets: NDArray[np.int64], weights: NDArray[np.float64]
) -> float:
    """Minimise the weighted cross-entropy of digits (Guo et al. 2017): theirs are the answers."""
    rows = np.arange(len(targets))
    losses = [
        -float(weights @ np.log(np.maximum(probabilities_of(logits, t)[rows, targets], 1e-12)))
        for t in TEMPERATURES
    ]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def _choose_digit_threshold(
    digit_probability: NDArray[np.float64],
    targets: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> float:
    """Maximise the mean of the share of digits kept and of other things refused."""
    is_digit = targets != NONE_LABEL
    digits, others = weights * is_digit, weights * ~is_digit
    merits = []
    for threshold in DIGIT_THRESHOLDS:
        kept = digit_probability >= threshold
        merits.append(_share(digits, kept) + _share(others, ~kept))
    best = np.flatnonzero(np.isclose(merits, max(merits)))
    return round(float(DIGIT_THRESHOLDS[best].mean()), 2)


def _choose_recognized_threshold(
    p: NDArray[np.float64],
    targets: NDArray[np.int64],
    weights: NDArray[np.float64],
    digit_threshold: float,
) -> float:
    """Return the threshold whose worst figure, measured by what it is held to, is best."""
    best = p[:, :NONE_LABEL].argmax(1)
    probability = p[:, :NONE_LABEL].max(1)
    passed = 1 - p[:, NONE_LABEL] >= digit_threshold
    is_digit = targets != NONE_LABEL
    digits, others = weights * is_digit, weights * ~is_digit
    demerits = []
    for threshold in RECOGNIZED_THRESHOLDS:
        given = passed & (probability >= threshold)
        held_back = 1 - _share(digits, given)
        wrong = 1 - _share(digits * given, best == targets)
        demerits.append(
            max(
                held_back / MOST_HELD_BACK,
                wrong / MOST_WRONG,
                _share(others, given) / MOST_OTHERS,
            )
        )
    chosen = np.flatnonzero(np.isclose(demerits, min(demerits)))
    return round(float(RECOGNIZED_THRESHOLDS[chosen].mean()), 3)


def _share(weights: NDArray[np.float64], holds: NDArray[np.bool_]) -> float:
    """Return the weighted share for which something holds; 0 of nothing."""
    total = float(weights.sum())
    return float(weights @ holds) / total if total > 0 else 0.0
