"""The gate lets through what is better where it should be and worse nowhere that matters."""

import random
from collections.abc import Sequence
from math import comb
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.learning.gate import (
    Judgement,
    Trial,
    chance_of,
    described,
    judge_held_out,
    judge_on_gold,
)
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.registry import ModelEntry, ModelRegistry

PUBLISHED = Path(__file__).parents[2] / "chalicelib" / "models"
ENTRY: ModelEntry = ModelRegistry.load(PUBLISHED).entry("cnn")
CLASSES = len(ENTRY.labels) + 1
NONE = CLASSES - 1
EACH = 400  # drawings of a class
TARGETS = np.repeat(np.arange(CLASSES), EACH)

Indices = NDArray[np.int64]


def answers(wrong: Sequence[int] = (), *, sure: float = 8.0, targets: Indices = TARGETS) -> Picture:
    """Return logits that are right, but for some drawings that are taken for the next class."""
    found = targets.copy()
    chosen = np.array(wrong, np.int64)
    found[chosen] = (found[chosen] + 1) % CLASSES
    logits: Picture = (np.eye(CLASSES)[found] * sure).astype(np.float32)
    return logits


def on_gold(
    candidate: Picture, shipped: Picture | None = None, current: Picture | None = None
) -> Judgement:
    before = answers(list(range(0, 4400, 100))) if shipped is None else shipped
    return judge_on_gold(
        ENTRY, Trial(TARGETS, before, before if current is None else current, candidate)
    )


def failed(judgement: Judgement) -> set[str]:
    return {check.name for check in judgement.checks if not check.passed}


def test_a_candidate_that_answers_as_shipped_passes_and_every_check_is_told() -> None:
    judgement = on_gold(answers(list(range(0, 4400, 100))))
    assert judgement.promoted
    assert judgement.refusals == ()
    assert {check.name for check in judgement.checks} == {
        "gold_overall",
        "gold_digits",
        "gold_classes",
        "gold_paired_shipped",
        "gold_paired_current",
        "gold_false_digits",
        "gold_recognized",
    }


def test_a_loss_of_more_than_a_tenth_of_a_point_overall_is_refused() -> None:
    shipped = list(range(0, 4400, 100))
    spread = [c * EACH + 1 for c in range(5)]  # 5 of 4,400, each in a class of its own
    judgement = on_gold(answers(shipped + spread))
    assert "gold_overall" in failed(judgement)
    assert any("points less" in words for words in judgement.refusals)


def test_what_is_won_on_none_does_not_pay_for_digits() -> None:
    shipped = list(range(0, 4400, 100))
    won = [n for n in shipped if n < NONE * EACH]
    lost = [c * EACH + 1 for c in range(5)]  # 5 of 4,000 digits, each in a class of its own
    assert on_gold(answers(won + lost[:4])).promoted
    assert failed(on_gold(answers(won + lost))) == {"gold_digits"}


def test_a_class_that_loses_more_than_half_a_point_is_refused_though_others_gain() -> None:
    gains = answers([n for n in range(0, 4400, 100) if not n < EACH] + [1, 2, 3, 5])
    judgement = on_gold(gains, shipped=answers(list(range(0, 4400, 50))))
    assert judgement.promoted, "of that class no more are wrong than before"
    lost = [*range(EACH, 4400, 100), 0, 1, 2, 3, 5, 6, 7]
    judgement = on_gold(answers(lost))
    assert "gold_classes" in failed(judgement)
    assert "0 -" in " ".join(judgement.refusals)


def test_many_small_losses_against_the_shipped_head_do_not_add_up() -> None:
    """The current head has lost as much as it may; a candidate like it loses no less."""
    shipped = list(range(0, 4400, 100))
    drifted = answers(shipped + [c * EACH + 1 for c in range(6)])
    judgement = on_gold(drifted, current=drifted)
    assert "gold_overall" in failed(judgement)
    assert "gold_paired_current" not in failed(judgement)


def test_being_significantly_worse_than_the_current_head_is_refused() -> None:
    shipped = list(range(0, 4400, 100))
    judgement = on_gold(answers(shipped), current=answers(shipped[:30]))
    assert failed(judgement) == {"gold_paired_current"}


def test_taking_what_is_none_for_digits_is_refused() -> None:
    none = np.flatnonzero(TARGETS == NONE).tolist()
    before, after = answers(none[:4]), answers(none[:9])
    assert "gold_false_digits" in failed(on_gold(after, shipped=before))


def test_leaving_digits_unsure_that_were_sure_is_refused() -> None:
    before = answers()
    after = before.copy()
    after[: len(after) // 20] = answers(sure=1.0)[: len(after) // 20]
    assert failed(on_gold(after, shipped=before)) == {"gold_recognized"}


def test_in_a_small_class_one_drawing_may_be_lost_by_chance() -> None:
    targets = np.array([0] * 20 + [1] * 2000)
    shipped = answers(targets=targets)
    for lost, passes in ((1, True), (2, False)):
        trial = Trial(targets, shipped, shipped, answers(list(range(lost)), targets=targets))
        assert ("gold_classes" not in failed(judge_on_gold(ENTRY, trial))) is passes


def held_out(before_wrong: Sequence[int], after_wrong: Sequence[int], count: int = 60) -> Judgement:
    targets = np.arange(count) % CLASSES
    before, after = answers(before_wrong, targets=targets), answers(after_wrong, targets=targets)
    return judge_held_out(ENTRY, Trial(targets, before, before, after))


def test_held_out_feedback_must_be_answered_better_than_by_chance() -> None:
    assert held_out([1, 2, 3, 4, 5, 6], []).promoted
    assert not held_out([1, 2, 3, 4], []).promoted, "four of four are chance at one in sixteen"
    assert not held_out([], []).promoted, "no better is not better"
    assert not held_out([], [1, 2, 3, 4, 5, 6]).promoted
    assert not held_out([1, 2, 3, 4, 5, 6], [7, 8, 9]).promoted


def test_held_out_drawings_that_merely_get_surer_count_unless_errors_rise() -> None:
    targets = np.arange(60) % CLASSES
    before, after = answers(targets=targets, sure=1.0), answers(targets=targets)
    assert judge_held_out(ENTRY, Trial(targets, before, before, after)).promoted
    after = answers([0], targets=targets)
    judgement = judge_held_out(ENTRY, Trial(targets, before, before, after))
    assert "errors go from 0 to 1" in judgement.refusals[0]


def test_errors_that_go_while_nothing_gets_surer_are_explained() -> None:
    """A digit that is found none has a best digit all the same, which an error is counted by."""
    targets = np.full(7, 7)
    before, after = np.zeros((2, 7, CLASSES), np.float32)
    before[:, 1], after[:, 7] = 1, 1
    before[:, NONE] = after[:, NONE] = 9
    (refusal,) = judge_held_out(ENTRY, Trial(targets, before, before, after)).refusals
    assert "errors go from 7 to 0; 0 get clearly surer" in refusal
    assert "digits that are found none: 7, whose best digit counts" in refusal
    assert "found none" not in held_out([1], []).refusals[0]


def test_no_held_out_feedback_proves_nothing() -> None:
    nothing = np.zeros((0, CLASSES), np.float32)
    trial = Trial(np.zeros(0, np.int64), nothing, nothing, nothing)
    assert not judge_held_out(ENTRY, trial).promoted


@pytest.mark.parametrize(("more", "fewer"), [(0, 0), (5, 0), (6, 2), (3, 9)])
def test_the_exact_test_agrees_with_tossing_coins(more: int, fewer: int) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    tosses = np.random.default_rng(seed).binomial(more + fewer, 0.5, 200_000)
    assert chance_of(more, fewer) == pytest.approx(float((tosses >= more).mean()), abs=0.01)


@pytest.mark.parametrize("tosses", [0, 1, 2, 7, 40])
def test_the_chance_is_counted_to_the_last_way(tosses: int) -> None:
    for more in range(tosses + 1):
        ways = sum(comb(tosses, heads) for heads in range(more, tosses + 1))
        assert chance_of(more, tosses - more) == ways / 2**tosses


def test_where_thousands_differ_the_chance_is_found_at_once() -> None:
    """Each binomial coefficient by itself took most of a minute."""
    assert chance_of(10, 20_000) == 1
    assert chance_of(20_000, 10) == 0


@pytest.mark.parametrize(
    ("chance", "words"), [(1.0, "p = 1.000"), (0.001, "p = 0.001"), (1e-9, "p < 0.001")]
)
def test_no_chance_is_printed_as_none(chance: float, words: str) -> None:
    assert described(chance) == words
