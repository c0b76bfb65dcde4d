"""What rounds that were killed did, and what must be left of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.tally import pieces_in
from chalicelib.learning.history import Action
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.records import Strokes
from chalicelib.learning.reports import Outcome, find_report
from chalicelib.learning.triage import RULES
from chalicelib.stores.directory import DirectoryStore
from export.errors import DamagedData


@dataclass
class RoundTally:
    """What was done on one store.

    lives: how often rounds were started, one or two at once. half_done: after how many kills a
    round was promoted and had no report yet.
    ended: the rounds that said how they ended. sent: a digest of each piece of feedback by its id.
    promotions, sorted: what the check found: promotions, and pieces that the rules accepted.
    """

    kills: int = 0
    lives: int = 0
    half_done: int = 0
    rollbacks: int = 0
    ended: set[str] = field(default_factory=set)
    sent: dict[str, str] = field(default_factory=dict)
    promotions: int = 0
    sorted: int = 0

    def hear(self, round_id: str, outcome: str) -> None:
        """Take down how a round ended; one that was overtaken is run again."""
        if outcome != Outcome.OVERTAKEN:
            self.ended.add(round_id)


def summary(tallies: Sequence[RoundTally]) -> str:
    """Return what was counted on all stores, once each of them was checked."""

    def total(name: str) -> int:
        return sum(getattr(tally, name) for tally in tallies)

    return (
        f"{total('kills'):,} kills in {total('lives'):,} lives on {len(tallies)} stores, "
        f"{total('half_done')} of them between promotion and report; "
        f"{sum(len(tally.ended) for tally in tallies)} rounds, {total('promotions')} promotions, "
        f"{total('rollbacks')} rollbacks, {sum(len(tally.sent) for tally in tallies):,} pieces, "
        f"{total('sorted')} of them accepted by the rules: nothing lost, nothing doubled"
    )


def digest_of(picture_png: bytes, strokes: Strokes | None, label: str | None) -> str:
    """Return a digest of one piece of feedback."""
    return hashlib.sha256(picture_png + json.dumps([strokes, label]).encode()).hexdigest()


def is_half_done(store: DirectoryStore) -> bool:
    """Whether the newest change is a promotion by a round that has no report yet."""
    newest = next(HeadBook(store).history(), None)
    if newest is None or newest.action is not Action.PROMOTE:
        return False
    return find_report(store, newest.figures["round"]) is None


def check(root: Path, tally: RoundTally) -> None:
    """Count promotions and accepted pieces; raises DamagedData or UnusableHead where any is amiss.

    The history must lead from the pointer to its beginning, with all rollbacks; each round that
    ended or promoted must have a report, and one promotion or none, as that says. All heads must be
    readable, and all feedback there once, as it was sent.
    """
    store = DirectoryStore(root)
    history = list(HeadBook(store).history())
    promoted = Counter(e.figures["round"] for e in history if e.action is Action.PROMOTE)
    tally.promotions = promoted.total()
    if len(history) != tally.promotions + tally.rollbacks:
        raise DamagedData(root, f"has not the {tally.rollbacks} rollbacks in its history")
    for round_id in tally.ended | promoted.keys():
        _check_round(store, round_id, promoted[round_id])
    for sha256 in {head for entry in history for head in entry.heads.values()}:
        HeadBook(store).head(sha256)
    _check_feedback(root, tally)


def _check_round(store: DirectoryStore, round_id: str, promoted: int) -> None:
    """Raise DamagedData where a round's report and its promotions do not fit.

    Of two at once, one may be killed once it has promoted while the other has sorted more feedback:
    the next one is then another round, which reports the first as well.
    """
    report = find_report(store, round_id)
    outcome = report.outcome if report else "no report"
    if promoted > 1 or (report and promoted != (outcome == Outcome.PROMOTED)):
        raise DamagedData(f"Round {round_id}", f"promoted {promoted} times and has {outcome}")
    if not report:
        raise DamagedData(f"Round {round_id}", "has ended or promoted and has no report")


def _check_feedback(root: Path, tally: RoundTally) -> None:
    found = pieces_in(root)
    kept = {
        one: digest_of(filed.picture_png, filed.record.strokes, filed.label)
        for one, filed in found.items()
    }
    if kept != tally.sent:
        raise DamagedData(root, f"holds {len(found)} pieces, not the {len(tally.sent)} as sent")
    accepted = [f for f in found.values() if f.place.status is FeedbackStatus.ACCEPTED]
    tally.sorted = sum(
        f.record.verdict is not None and f.record.verdict.by == RULES for f in accepted
    )
