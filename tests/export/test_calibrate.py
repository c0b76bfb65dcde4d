"""Calibration finds the temperature that was put in, and thresholds that part the classes."""

import numpy as np
import pytest

from export.calibrate import MOST_HELD_BACK, MOST_OTHERS, MOST_WRONG, Scored, calibrate
from export.drawn import NONE_LABEL

CLASSES = 11


def sample_answers(count: int, overconfidence: float, seed: int) -> Scored:
    """Draw targets from softmax(logits), then overstate the logits."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (count, CLASSES))
    noise = rng.gumbel(size=logits.shape)
    targets = (logits + noise).argmax(1)  # the Gumbel trick: a draw from softmax(logits)
    return Scored((overconfidence * logits).astype(np.float32), targets)


@pytest.mark.parametrize("overconfidence", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_overconfidence(overconfidence: float) -> None:
    sets = [sample_answers(6_000, overconfidence, seed=1)]
    assert calibrate(sets).temperature == pytest.approx(overconfidence, rel=0.1)


def test_each_set_weighs_the_same_however_large() -> None:
    honest, loud = sample_answers(8_000, 1.0, seed=1), sample_answers(1_000, 3.0, seed=2)
    alone = calibrate([honest]).temperature
    together = calibrate([honest, loud]).temperature
    twice = calibrate([honest, Scored(np.tile(loud.logits, (3, 1)), np.tile(loud.targets, 3))])
    assert together > 1.3 * alone
    assert twice.temperature == together


def test_the_digit_threshold_parts_digits_from_what_is_none() -> None:
    logits = np.zeros((400, CLASSES), np.float32)
    logits[:, 3] = np.linspace(0, 4, 400)  # 3 against none, from 9 % to 77 % for a digit
    targets = np.where(logits[:, 3] > 2.6, 3, NONE_LABEL)
    found = calibrate([Scored(logits, targets)])
    p = np.exp(logits / found.temperature)
    is_digit = 1 - p[:, NONE_LABEL] / p.sum(1) >= found.thresholds.digit
    assert 0.3 <= found.thresholds.digit <= 0.7
    assert np.array_equal(is_digit, is_digit[np.argsort(logits[:, 3])])


def test_answers_without_reserve_are_as_good_as_promised() -> None:
    scored = sample_answers(6_000, 1.0, seed=3)
    rng = np.random.default_rng(4)
    sure = rng.random(len(scored.targets)) < 0.995  # nearly all people draw clearly
    logits = scored.logits.copy()
    logits[sure, scored.targets[sure]] += 15
    found = calibrate([Scored(logits, scored.targets)])
    p = np.exp(logits / found.temperature)
    p /= p.sum(1, keepdims=True)
    given = (1 - p[:, NONE_LABEL] >= found.thresholds.digit) & (
        p[:, :NONE_LABEL].max(1) >= found.thresholds.recognized
    )
    digit = scored.targets != NONE_LABEL
    right = logits[:, :NONE_LABEL].argmax(1) == scored.targets
    assert 1 - given[digit].mean() <= MOST_HELD_BACK
    assert 1 - right[digit & given].mean() <= MOST_WRONG
    assert given[~digit].mean() <= MOST_OTHERS
