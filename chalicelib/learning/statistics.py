"""What feedback says of itself: how much of it there is, whether people agree, whether it drifts.

Drift is the Jensen-Shannon divergence between two distributions, in bits: 0 where they are the
same, 1 where they have nothing in common (J. Lin, "Divergence measures based on the Shannon
entropy", 1991). Beside it stands what chance alone gives so few drawings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log

import numpy as np
from numpy.typing import NDArray

from chalicelib.learning.filed import Filed
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.recognition.drawing import Points

# Most answers are nearly certain, so the upper bins are narrow.
CONFIDENCE_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class Said:
    """What one piece of feedback counts for.

    label: as claimed, whatever was judged later; None: no digit.
    relabelled: whether it was judged to be something else.
    predicted, probability: the best digit of the answer that was seen, None where none was sent.
    """

    day: date
    status: FeedbackStatus
    label: str | None
    relabelled: bool
    predicted: str | None
    probability: float | None

    @classmethod
    def of(cls, filed: Filed) -> "Said":
        """Return what counts of filed feedback."""
        claimed = filed.record.label
        predicted = filed.record.predicted or {}
        label, probability = predicted.get("label"), predicted.get("probability")
        return cls(
            filed.place.day,
            filed.place.status,
            claimed,
            filed.label != claimed,
            label if isinstance(label, str) else None,
            float(probability) if isinstance(probability, int | float) else None,
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often people named the digit that the model had named."""

    agreed: int = 0
    of: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1; not a number where there is nothing."""
        return self.agreed / self.of if self.of else float("nan")


@dataclass(frozen=True, slots=True)
class Drift:
    """How far counts are from a reference, in bits; chance alone exceeds the others in 1 of 100."""

    bits: float
    chance_bits: float

    @property
    def stands_out(self) -> bool:
        """Whether it is more than chance."""
        return self.bits > self.chance_bits


def agreement(said: Iterable[Said]) -> Agreement:
    """Compare what people said, where that is a digit, with the answer that they saw.

    Rejected feedback is left out, and what is no digit: of an answer that says so, only the best
    digit is known.
    """
    same = [
        one.label == one.predicted
        for one in said
        if one.predicted and one.label and one.status is not FeedbackStatus.REJECTED
    ]
    return Agreement(sum(same), len(same))


def agreement_by_class(said: Iterable[Said]) -> dict[str, Agreement]:
    """Return the agreement for each digit that people named."""
    groups: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if one.label:
            groups[one.label].append(one)
    return {label: agreement(groups[label]) for label in sorted(groups)}


def agreement_by_week(said: Iterable[Said]) -> dict[date, Agreement]:
    """Return the agreement for each week, named by its Monday."""
    groups: dict[date, list[Said]] = defaultdict(list)
    for one in said:
        groups[one.day - timedelta(days=one.day.weekday())].append(one)
    return {monday: agreement(groups[monday]) for monday in sorted(groups)}


def counts_by_day(said: Iterable[Said]) -> dict[date, Counter[FeedbackStatus]]:
    """Return how much of each status came on each day."""
    counts: dict[date, Counter[FeedbackStatus]] = defaultdict(Counter)
    for one in said:
        counts[one.day][one.status] += 1
    return dict(sorted(counts.items()))


def counts_by_class(said: Iterable[Said]) -> dict[str | None, Counter[FeedbackStatus]]:
    """Return how much of each status there is of what people say it is, None last."""
    counts: dict[str | None, Counter[FeedbackStatus]] = defaultdict(Counter)
    for one in said:
        counts[one.label][one.status] += 1
    return dict(sorted(counts.items(), key=lambda item: (item[0] is None, item[0] or "")))


def class_counts(said: Iterable[Said], labels: Sequence[str]) -> NDArray[np.int64]:
    """Return how often each label was predicted, shape (k,)."""
    counts = Counter(one.predicted for one in said)
    return np.array([counts[label] for label in labels], np.int64)


def confidence_counts(probabilities: Iterable[float]) -> NDArray[np.int64]:
    """Return how many probabilities fall between each two of CONFIDENCE_EDGES."""
    counts: NDArray[np.int64] = np.histogram(list(probabilities), CONFIDENCE_EDGES)[0]
    return counts


def drift(counts: NDArray[np.int64], reference: NDArray[np.int64]) -> Drift | None:
    """Compare counts with those of a reference, both of shape (k,); None where either is empty.

    Where both come from one distribution, 8 ln 2 x bits / (1/n + 1/m) is nearly chi-squared with
    k - 1 degrees of freedom, for its second-order expansion is that of the chi-squared test.
    """
    n, m = int(counts.sum()), int(reference.sum())
    if not n or not m:
        return None
    shares, others = counts / n, reference / m
    mean = (shares + others) / 2
    bits = (_bits(shares, mean) + _bits(others, mean)) / 2
    freedom = max(1, int(np.count_nonzero(counts + reference)) - 1)
    chance_bits = _chi_squared_99(freedom) * (1 / n + 1 / m) / (8 * log(2))
    return Drift(bits, min(1.0, chance_bits))


def _bits(shares: Points, others: Points) -> float:
    """Return the Kullback-Leibler divergence, where nothing is only in `shares`."""
    some = shares > 0
    return float((shares[some] * np.log2(shares[some] / others[some])).sum())


def _chi_squared_99(freedom: int) -> float:
    """Return the 99th percentile (Wilson and Hilferty 1931; within 1 % from 3 degrees up)."""
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + 2.3263 * spread**0.5) ** 3)
