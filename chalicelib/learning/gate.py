"""Decides whether a candidate head may be served: better where it should be, worse nowhere.

On the gold set the candidate is held against the head as shipped, never against the last one
promoted, so that many small losses cannot add up over rounds.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.learning.anchors import Targets
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelEntry

Flags = NDArray[np.bool_]

OVERALL_POINTS = 0.1  # the most that gold, and its digits alone, may lose, in points of 100
CLASS_POINTS = 0.5
STATUS_POINTS = 1.0
SIGNIFICANT = 0.05  # one-sided
LEAST_PRINTED = 0.001
CLEARLY = 0.05  # a change of the right class's probability below it says nothing


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of n drawings as three heads answer it.

    targets: array of shape (n,), the index of a label, or k - 1 for none.
    shipped, current, candidate: logits, arrays of shape (n, k), float32.
    """

    targets: Targets
    shipped: Picture
    current: Picture
    candidate: Picture


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the gate looked at; `words` says what was found."""

    name: str
    passed: bool
    figures: dict[str, float]
    words: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every check of a candidate."""

    checks: tuple[Check, ...]

    @property
    def promoted(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return all(check.passed for check in self.checks)

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it is refused, in words."""
        return tuple(check.words for check in self.checks if not check.passed)

    def describe(self) -> list[dict[str, Any]]:
        """Return the checks as JSON objects."""
        return [asdict(check) for check in self.checks]


def judge_on_gold(
    entry: ModelEntry, gold: Trial, shipped_entry: ModelEntry | None = None
) -> Judgement:
    """Hold a candidate against the shipped head (and the current one) on the gold set.

    shipped_entry: where what is shipped has a temperature and thresholds of its own.
    """
    entries = shipped_entry or entry, entry
    classes = (*entry.labels, "none")
    shipped, current = right(gold.shipped, gold.targets), right(gold.current, gold.targets)
    candidate = right(gold.candidate, gold.targets)
    digits = gold.targets != len(entry.labels)
    return Judgement(
        (
            _overall("gold_overall", "gold", shipped, candidate),
            # What is won on "none" must not pay for digits.
            _overall("gold_digits", "gold digits", shipped[digits], candidate[digits]),
            _classes(shipped, candidate, gold.targets, classes),
            _paired("shipped", shipped, candidate),
            _paired("current", current, candidate),
            _mistaken_for_digits(entries, gold),
            _digits_left_unsure(entries, gold),
        )
    )


def judge_held_out(entry: ModelEntry, held_out: Trial) -> Judgement:
    """Hold a candidate against the current head on feedback that it was not fitted on.

    The paired test is a sign test over the drawings whose right class became clearly more or
    clearly less probable: a count of errors alone would need five of them to say anything.
    """
    before = right(held_out.current, held_out.targets)
    after = right(held_out.candidate, held_out.targets)
    rows = np.arange(len(held_out.targets))
    change = (
        probabilities_of(held_out.candidate, entry.temperature)
        - probabilities_of(held_out.current, entry.temperature)
    )[rows, held_out.targets]
    better, worse = int((change > CLEARLY).sum()), int((change < -CLEARLY).sum())
    chance = chance_of(better, worse)
    errors_before, errors_after = int((~before).sum()), int((~after).sum())
    passed = errors_after <= errors_before and float(change.sum()) > 0 and chance <= SIGNIFICANT
    words = (
        f"on {len(rows)} held-out drawings of feedback errors go from {errors_before} to "
        f"{errors_after}; {better} get clearly surer, {worse} clearly less sure "
        f"(by chance alone: {described(chance)}, at most {SIGNIFICANT} is asked"
        f"{_found_none(held_out)})"
    )
    figures = {
        "drawings": len(rows),
        "errors_before": errors_before,
        "errors_after": errors_after,
        "better": better,
        "worse": worse,
        "p": round(chance, 6),
    }
    return Judgement((Check("held_out_better", passed, figures, words),))


def _found_none(trial: Trial) -> str:
    """Say how errors can go while nothing gets surer."""
    none = trial.candidate.shape[1] - 1
    count = int(((trial.targets != none) & (trial.candidate.argmax(axis=1) == none)).sum())
    if not count:
        return ""
    return f"; digits that are found none: {count}, whose best digit counts, however improbable"


def right(logits: Picture, targets: Targets) -> Flags:
    """Return which answers are right, shape (n,).

    A digit is judged by the best of the digits, as an answer's label names it; what is none must
    be found none before all digits.
    """
    none = logits.shape[1] - 1
    best_digit, best = logits[:, :none].argmax(axis=1), logits.argmax(axis=1)
    answers: Flags = np.where(targets == none, best, best_digit) == targets
    return answers


def chance_of(more: int, fewer: int) -> float:
    """Return the probability of at least `more` heads in `more + fewer` tosses of a fair coin.

    With the drawings that one head has right and the other wrong this is McNemar's exact test,
    one-sided (McNemar 1947; exact form after Edwards 1948). 1 where there is nothing to compare.
    """
    tosses, ways, with_tails = more + fewer, 0, 1
    for tails in range(fewer + 1):  # each number of ways from the one before: thousands may differ
        ways += with_tails
        with_tails = with_tails * (tosses - tails) // (tails + 1)
    return ways / (1 << tosses)


def described(chance: float) -> str:
    """Return a chance as papers print it."""
    return f"p = {chance:.3f}" if chance >= LEAST_PRINTED else f"p < {LEAST_PRINTED}"


def _overall(name: str, drawings: str, shipped: Flags, candidate: Flags) -> Check:
    loss = 100 * (int(shipped.sum()) - int(candidate.sum())) / len(shipped)
    words = (
        f"{drawings}: {100 * candidate.mean():.2f} % of {len(candidate)} right, shipped "
        f"{100 * shipped.mean():.2f} % (at most {OVERALL_POINTS} points less is let through)"
    )
    figures = {
        "drawings": len(shipped),
        "shipped": round(float(shipped.mean()), 6),
        "candidate": round(float(candidate.mean()), 6),
        "points": round(-loss, 4),
    }
    return Check(name, loss <= OVERALL_POINTS, figures, words)


def _classes(shipped: Flags, candidate: Flags, targets: Targets, names: Sequence[str]) -> Check:
    """Look at each class; one drawing may be lost, even where it is more than half a point."""
    points, bad = {}, []
    for index, name in enumerate(names):
        of = targets == index
        count = int(of.sum())
        lost = int(shipped[of].sum()) - int(candidate[of].sum())
        points[name] = round(-100 * lost / max(count, 1), 4)
        if lost > max(1.0, CLASS_POINTS / 100 * count):
            bad.append(f"{name} {points[name]:+.2f}")
    worst = min(points, key=lambda name: points[name])
    words = (
        f"gold, class by class: {', '.join(bad) or f'worst is {worst} {points[worst]:+.2f}'} "
        f"points against shipped (at most {CLASS_POINTS} less, or one drawing, is let through)"
    )
    return Check("gold_classes", not bad, points, words)


def _paired(name: str, before: Flags, candidate: Flags) -> Check:
    lost, won = int((before & ~candidate).sum()), int((~before & candidate).sum())
    chance = chance_of(lost, won)
    words = (
        f"gold, against the {name} head: {won} drawings won, {lost} lost "
        f"(by chance alone: {described(chance)}, below {SIGNIFICANT} is worse)"
    )
    figures = {"won": won, "lost": lost, "p": round(chance, 6)}
    return Check(f"gold_paired_{name}", chance >= SIGNIFICANT, figures, words)


def _mistaken_for_digits(entries: tuple[ModelEntry, ModelEntry], gold: Trial) -> Check:
    before, after = _recognized_of(entries, gold, gold.targets == len(entries[0].labels))
    words = f"of what is no digit {after:.2f} % is recognized as one, shipped {before:.2f} %"
    figures = {"shipped": round(before, 4), "candidate": round(after, 4)}
    return Check("gold_false_digits", after - before <= STATUS_POINTS, figures, words)


def _digits_left_unsure(entries: tuple[ModelEntry, ModelEntry], gold: Trial) -> Check:
    before, after = _recognized_of(entries, gold, gold.targets != len(entries[0].labels))
    words = f"of gold digits {after:.2f} % are recognized without reserve, shipped {before:.2f} %"
    figures = {"shipped": round(before, 4), "candidate": round(after, 4)}
    return Check("gold_recognized", before - after <= STATUS_POINTS, figures, words)


def _recognized_of(
    entries: tuple[ModelEntry, ModelEntry], gold: Trial, which: Flags
) -> tuple[float, float]:
    shipped, candidate = entries
    return _recognized(shipped, gold.shipped[which]), _recognized(candidate, gold.candidate[which])


def _recognized(entry: ModelEntry, logits: Picture) -> float:
    """Return how many of 100 answers have the status `recognized`."""
    if not len(logits):
        return 0.0
    p = probabilities_of(logits, entry.temperature)
    is_digit = 1.0 - p[:, -1] >= entry.thresholds.digit
    sure = p[:, :-1].max(axis=1) >= entry.thresholds.recognized
    return 100 * float((is_digit & sure).mean())
