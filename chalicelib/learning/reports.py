"""What a round found and did, kept under the round's id."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

import numpy as np

from chalicelib.learning.candidates import Candidate
from chalicelib.learning.gate import Trial, right
from chalicelib.learning.keys import round_key
from chalicelib.learning.lessons import Lessons
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    equals,
    is_object,
    is_sha256,
    is_text,
    is_time,
)
from chalicelib.stores.store import Conflict, Expected, Store

REPORT_FORMAT = 1


class Outcome(StrEnum):
    """How a round ended."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    TOO_LITTLE = "too_little"
    FROZEN = "frozen"
    UNCHANGED = "unchanged"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One round in figures and words; there is no drawing in it, nor whose feedback it was.

    round: id of the round, by what went into it. dataset: names the feedback that it saw.
    feedback: how many drawings were used, by label, and left out, by reason.
    models: of each model its head, its figures by set and class, and every check of the gate.
    words: why it ended so.
    """

    round: str
    dataset: str
    time: str
    by: str
    outcome: Outcome
    words: str
    triaged: dict[str, int] = field(default_factory=dict)
    feedback: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def encode(self) -> bytes:
        """Return the report as JSON."""
        return encode_object({"format": REPORT_FORMAT} | asdict(self))

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = decode_object(data, where, _CHECKS)
        del found["format"]
        return cls(**found | {"outcome": Outcome(found["outcome"])})


def find_report(store: Store, round_id: str) -> Report | None:
    """Return the report of a round that has ended, None where it has not. Raises UnusableHead."""
    key = round_key(round_id)
    blob = store.get(key)
    return Report.decode(blob.data, key) if blob else None


def keep_report(store: Store, report: Report) -> None:
    """Keep a report; where the same round has one already, that stays."""
    try:
        store.put(round_key(report.round), report.encode(), expected=Expected.NOTHING)
    except Conflict:
        return


def counts_of(report: Report) -> dict[str, float]:
    """Return what is worth watching from round to round."""
    moved = [n for reason, n in report.triaged.items() if not reason.startswith("quarantine")]
    refused = sum(not found["promoted"] for found in report.models.values())
    return {
        "RoundDrawings": report.feedback.get("drawings", 0),
        "RoundHeldOut": report.feedback.get("held_out", 0),
        "RoundSorted": sum(moved),
        "RoundSeconds": report.seconds,
        "RoundPromoted": int(report.outcome is Outcome.PROMOTED),
        "RoundRefused": int(report.outcome is Outcome.REFUSED),
        "RoundHeadsRefused": refused,
    }


def describe_lessons(lessons: Lessons) -> dict[str, Any]:
    """Return how many drawings there are, by what they are for, label and reason."""
    labels = Counter(one.label or "none" for one in lessons.items)
    return {
        "drawings": len(lessons.items),
        "held_out": int(lessons.held_out.sum()),
        "labels": dict(sorted(labels.items())),
        "left_out": lessons.left_out,
    }


def describe_candidate(candidate: Candidate, sha256: str) -> dict[str, Any]:
    """Return what a report says of one model."""
    classes = (*candidate.entry.labels, "none")
    return {
        "version": candidate.entry.version,
        "head": sha256,
        "promoted": candidate.judgement.promoted,
        "refusals": list(candidate.judgement.refusals),
        "checks": candidate.judgement.describe(),
        "weight": candidate.boldness.weight,
        "pull": candidate.boldness.pull,
        "steps": candidate.fitted.steps,
        "seconds": candidate.seconds,
        "shipped": candidate.figures(trained=True),
        "adapted": candidate.figures(),
        "gold": by_class(candidate.gold, classes),
        "held_out": by_class(candidate.held_out, classes),
    }


def by_class(trial: Trial, classes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many of each class there are, and how many each head has right."""
    answers = {
        "shipped": right(trial.shipped, trial.targets),
        "current": right(trial.current, trial.targets),
        "candidate": right(trial.candidate, trial.targets),
    }
    found = {}
    for index, name in enumerate(classes):
        of = trial.targets == index
        counts = {head: int(np.count_nonzero(flags & of)) for head, flags in answers.items()}
        found[name] = {"drawings": int(of.sum()), **counts}
    return found


def _is_outcome(value: object) -> bool:
    return type(value) is str and value in set(Outcome)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


_CHECKS: dict[str, Check] = {
    "format": equals(REPORT_FORMAT),
    **dict.fromkeys(("round", "dataset"), is_sha256),
    "time": is_time,
    "by": is_text,
    "words": lambda value: type(value) is str,
    "outcome": _is_outcome,
    **dict.fromkeys(("triaged", "feedback", "models"), is_object),
    "seconds": _is_number,
}
