"""Figures from answers: shares, confusions, calibration, what is accepted. Pure functions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from export.evaluate import Score
from export.mnist import LABELS
from export.quality.handler import Answer
from export.quality.sets import Case

BINS = 15
NOTHING = "none"  # how an answer other than one digit stands in a confusion matrix

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what one model answered.

    alone: the answer where the request said that the drawing is one digit.
    """

    case: Case
    answer: Answer
    alone: Answer

    @property
    def right(self) -> bool:
        """Whether it was read as one digit, the right one, surely or not."""
        return self.answer.text == self.case.label


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose probabilities lie in one fifteenth of [0, 1]."""

    drawings: int
    correct: int
    mean_probability: float

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return self.correct / self.drawings


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is let through if answers from each probability on were accepted.

    digits: the share of digits accepted and right, others: that of other drawings accepted, each
    an array of shape (n,) from the strictest threshold to the loosest.
    """

    thresholds: NDArray[np.float64]
    digits: NDArray[np.float64]
    others: NDArray[np.float64]


def score(judged: Iterable[Judged], holds: Callable[[Judged], bool]) -> Score:
    """Count how many hold; there must be some, for a share of none is none."""
    outcomes = [holds(j) for j in judged]
    return Score(len(outcomes), sum(outcomes))


def is_right(judged: Judged) -> bool:
    """Whether it was read as one digit, the right one."""
    return judged.right


def is_right_alone(judged: Judged) -> bool:
    """Whether the right digit was read by who knew that it is one."""
    return judged.alone.text == judged.case.label


def is_recognized(judged: Judged) -> bool:
    """Whether each digit found was answered `recognized`."""
    return judged.answer.wholly_recognized


def claims_a_digit(judged: Judged) -> bool:
    """Whether any digit was answered `recognized`."""
    return judged.answer.claims_a_digit


def claims_a_digit_alone(judged: Judged) -> bool:
    """Whether it was, though the request said that the drawing is one digit."""
    return judged.alone.claims_a_digit


def grouped(judged: Sequence[Judged], key: Callable[[Case], str]) -> dict[str, list[Judged]]:
    """Part what was judged by a key of the case, keys in order."""
    groups: dict[str, list[Judged]] = {}
    for one in sorted(judged, key=lambda j: key(j.case)):
        groups.setdefault(key(one.case), []).append(one)
    return groups


def by_group(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Part what was judged by writer, program, alphabet or kind."""
    return grouped(judged, lambda case: case.group)


def worst(scores: dict[str, Score]) -> str:
    """Return the key of the lowest accuracy, of several the one on more drawings."""
    return min(scores, key=lambda name: (scores[name].accuracy, -scores[name].drawings))


def mean_accuracy(scores: dict[str, Score]) -> float:
    """Return the mean over groups, each counting once however many drawings it has."""
    return float(np.mean([s.accuracy for s in scores.values()]))


def confusion(judged: Iterable[Judged]) -> Counts:
    """Count truth (rows, 10 labels) by answer (columns, 10 labels and NOTHING)."""
    counts = np.zeros((len(LABELS), len(LABELS) + 1), np.int64)
    for one in judged:
        text = one.answer.text
        column = LABELS.index(text) if text in LABELS else len(LABELS)
        counts[LABELS.index(one.case.label or ""), column] += 1
    return counts


def reliability(probabilities: Sequence[float], right: Sequence[bool]) -> list[Bin | None]:
    """Part [0, 1] in 15 bins of equal width, open below; None where a bin has no answer."""
    p = np.asarray(probabilities, np.float64)
    hits = np.asarray(right, np.bool_)
    index = np.clip(np.ceil(p * BINS).astype(np.int64) - 1, 0, BINS - 1)
    bins: list[Bin | None] = []
    for number in range(BINS):
        inside = index == number
        count = int(inside.sum())
        mean = float(p[inside].mean()) if count else 0.0
        bins.append(Bin(count, int(hits[inside].sum()), mean) if count else None)
    return bins


def reliability_of(judged: Sequence[Judged]) -> list[Bin | None]:
    """Part answers to digits by their probability."""
    return reliability([j.answer.probability for j in judged], [j.right for j in judged])


def calibration_error(bins: Sequence[Bin | None]) -> float:
    """Return the expected calibration error (Guo et al. 2017, equation 3), in [0, 1]."""
    filled = [b for b in bins if b is not None]
    total = sum(b.drawings for b in filled)
    return sum(b.drawings * abs(b.accuracy - b.mean_probability) for b in filled) / total


def acceptance(digits: Sequence[Judged], others: Sequence[Judged]) -> Acceptance:
    """Sweep a threshold over the probability of answers; of several digits the surest counts."""
    kept = np.array([j.answer.probability if j.right else -1.0 for j in digits])
    claimed = np.array([max(j.answer.probabilities) for j in others])
    thresholds = np.unique(np.concatenate(([0.0, 1.0], kept[kept >= 0], claimed)))[::-1]
    return Acceptance(
        thresholds,
        np.array([float((kept >= t).mean()) for t in thresholds]),
        np.array([float((claimed >= t).mean()) for t in thresholds]),
    )
