"""Which feedback is safe without a person, which is of no use, and which a person should see first.

The rules accept only what teaches little and cannot harm: all models as shipped say what the
sender says, far from any boundary. They reject only what nobody could use. The rest waits.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log2

import numpy as np
from numpy.typing import NDArray

from chalicelib.learning.clusters import clusters
from chalicelib.learning.evidence import Evidence
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.likeness import near_equal
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import SIDE_PX

RULES = "rules"  # who judged, in the verdicts of rules
EQUAL_KEPT = 3  # of equal drawings with equal labels; one is accepted, more than these rejected
NEAR_KEPT = 3  # of nearly equal drawings that are accepted
MOST_OF_SOURCE = 500  # a day
MOST_OF_CLASS = 100  # a day: neither a site nor a digit can take over the accepted feedback
CERTAIN = 0.999  # at which all models together may overrule a sender who calls it a digit
MANY = 3  # drawings alike, each of its own, of which the models may be wrong together
NONE_WEIGHT = 0.5  # what is claimed to be no digit is worth less of a person's time
MOST_LINKED = 32  # drawings alike, beyond which a cluster is no more useful


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules make of one piece of feedback.

    status: ACCEPTED or REJECTED, or QUARANTINE where it is left to people.
    reason: one of the words below.
    usefulness: from 0 up; people see the highest first.

    Accepted: models_agree. Rejected: blank, duplicate (beyond EQUAL_KEPT), not_a_digit. Left:
    returned (a person put it back), contradicted (the same drawing is claimed to be something
    else as well), repeated and near_duplicate (of what is accepted), source_cap, class_cap,
    disputed (a model says something else), unsure (none is far enough from a boundary).
    """

    status: FeedbackStatus
    reason: str
    usefulness: float = 0.0


def triage(quarantine: Sequence[Evidence], accepted: Sequence[Evidence] = ()) -> list[Advice]:
    """Return advice on each piece of feedback in quarantine, in its order.

    accepted: what has been accepted already, which counts towards the caps.
    The same feedback gives the same advice, in whatever order it is given.
    """
    order = sorted(range(len(quarantine)), key=lambda i: _age(quarantine[i]))
    waiting = [quarantine[i] for i in order]
    everything = [*sorted(accepted, key=_age), *waiting]
    pictures = _pictures(everything)
    leaders = near_equal(pictures)
    alike = _alike(pictures[len(accepted) :], waiting)
    ledger = _Ledger(everything)
    for evidence, leader in zip(everything[: len(accepted)], leaders, strict=False):
        ledger.accept(evidence, int(leader))
    advice: dict[int, Advice] = {}
    for place, leader, size in zip(order, leaders[len(accepted) :], alike, strict=True):
        advice[place] = _judge(quarantine[place], ledger, int(leader), int(size))
    return [advice[i] for i in range(len(quarantine))]


class _Ledger:
    """What has been accepted or seen so far, for the caps."""

    def __init__(self, everything: Sequence[Evidence]) -> None:
        self.labels: dict[str, set[str | None]] = defaultdict(set)
        for evidence in everything:
            self.labels[evidence.card.content_sha256].add(evidence.card.label)
        self.equal: Counter[str] = Counter()
        self.near: Counter[int] = Counter()
        self.of_source: Counter[tuple[str | None, date]] = Counter()
        self.of_class: Counter[tuple[str | None, date]] = Counter()

    def accept(self, evidence: Evidence, leader: int) -> None:
        card = evidence.card
        self.equal[card.content_sha256] += 1
        self.near[leader] += 1
        self.of_source[card.source, card.place.day] += 1
        self.of_class[card.label, card.place.day] += 1

    def over_cap(self, evidence: Evidence, leader: int) -> str | None:
        """Return the reason why one more would be too many."""
        card = evidence.card
        day = card.place.day
        if self.near[leader] >= NEAR_KEPT:
            return "near_duplicate"
        if self.of_source[card.source, day] >= MOST_OF_SOURCE:
            return "source_cap"
        return "class_cap" if self.of_class[card.label, day] >= MOST_OF_CLASS else None


def _judge(evidence: Evidence, ledger: _Ledger, leader: int, alike: int) -> Advice:
    card = evidence.card
    verdict, content = card.verdict, card.content_sha256
    useful = _usefulness(evidence, alike)
    if verdict and verdict.by != RULES:
        return Advice(FeedbackStatus.QUARANTINE, "returned", useful)
    if evidence.picture is None:
        return Advice(FeedbackStatus.REJECTED, "blank")
    if len(ledger.labels[content]) > 1:
        return Advice(FeedbackStatus.QUARANTINE, "contradicted", useful)
    if ledger.equal[content]:
        return _repeated(ledger, content)
    if evidence.safe:
        return _safe(evidence, ledger, leader)
    ledger.equal[content] += 1
    if card.label is not None and min(evidence.none) >= CERTAIN and alike < MANY:
        return Advice(FeedbackStatus.REJECTED, "not_a_digit")
    disputed = min(evidence.claimed) < 0.5
    return Advice(FeedbackStatus.QUARANTINE, "disputed" if disputed else "unsure", useful)


def _safe(evidence: Evidence, ledger: _Ledger, leader: int) -> Advice:
    if reason := ledger.over_cap(evidence, leader):
        ledger.equal[evidence.card.content_sha256] += 1
        return Advice(FeedbackStatus.QUARANTINE, reason)
    ledger.accept(evidence, leader)
    return Advice(FeedbackStatus.ACCEPTED, "models_agree")


def _repeated(ledger: _Ledger, content: str) -> Advice:
    ledger.equal[content] += 1
    if ledger.equal[content] > EQUAL_KEPT:
        return Advice(FeedbackStatus.REJECTED, "duplicate")
    return Advice(FeedbackStatus.QUARANTINE, "repeated")


def _usefulness(evidence: Evidence, alike: int) -> float:
    """Rank what is disputed and looks like a digit first, what has its like before what has not.

    From 0 to 1 for how much the models doubt the label, weighted by how sure they are that it is
    a digit at all, and up to as much again for a cluster.
    """
    if not evidence.claimed:
        return 0.0
    doubt = 1 - sum(evidence.claimed) / len(evidence.claimed)
    weight = NONE_WEIGHT if evidence.card.label is None else 1 - min(evidence.none)
    return doubt * weight * (1 + log2(min(alike, MOST_LINKED)) / log2(MOST_LINKED))


def _alike(pictures: Picture, evidence: Sequence[Evidence]) -> NDArray[np.int64]:
    """Return how many drawings, each of its own, are in each one's cluster."""
    first_of = clusters(pictures, [one.card.label for one in evidence])
    contents: dict[int, set[str]] = defaultdict(set)
    for first, one in zip(first_of.tolist(), evidence, strict=True):
        contents[first].add(one.card.content_sha256)
    return np.array([len(contents[first]) for first in first_of.tolist()], np.int64)


def _pictures(evidence: Sequence[Evidence]) -> Picture:
    pictures = np.zeros((len(evidence), SIDE_PX, SIDE_PX), np.float32)
    for place, one in enumerate(evidence):
        if one.picture is not None:
            pictures[place] = one.picture
    return pictures


def _age(evidence: Evidence) -> tuple[str, str]:
    return evidence.card.time, evidence.card.place.id
