"""A round: accepted feedback becomes candidate heads, and those that pass the gate are promoted.

A round is named by what goes into it (the feedback, the models, the settings of the fit), and the
same round gives the same heads, bit for bit. Whoever repeats one, at once or later, finds it done:
the promotion is one conditional write of the pointer that was read at the start, the report comes
after it. Killed anywhere, a round has promoted once or not at all, and may be run again.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from chalicelib.errors import HeadsChanged, HeadsFrozen
from chalicelib.learning.adaptation import Layer
from chalicelib.learning.candidates import LADDER, OWN_ANSWERS, Candidate, fit_candidate
from chalicelib.learning.current import Current, Tag
from chalicelib.learning.heads import Head
from chalicelib.learning.history import Action
from chalicelib.learning.lessons import Lessons, Progress, collect
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.reports import (
    Outcome,
    Report,
    describe_candidate,
    describe_lessons,
    find_report,
    keep_report,
)
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.sorting import sort_quarantine
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Store

FEWEST_DRAWINGS = 20
BROKEN_OFF = "it was promoted by a run that broke off before it could say so"
RECENT = 50  # changes of the pointer among which a promotion that broke off is looked for


@dataclass(frozen=True, slots=True)
class Ended:
    """A round that has ended: its report and, where it got so far, what it was made of."""

    report: Report
    lessons: Lessons | None = None
    candidates: tuple[Candidate, ...] = ()


class Round:
    """One run over a store of feedback, for the models of a registry."""

    def __init__(
        self,
        store: Store,
        registry: ModelRegistry,
        by: str,
        progress: Progress = lambda *_: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._registry, self._by = store, registry, by
        self._progress, self._now = progress, now
        self._book = HeadBook(store, now)

    def run(self) -> Ended:
        """Collect, fit, judge and, where the gate lets them pass, promote.

        Raises UnusableModel, UnusableHead, StorageUnavailable.
        """
        started = time.perf_counter()
        current, tag = self._book.read()
        ended = self._run(current, tag)
        report = replace(ended.report, seconds=round(time.perf_counter() - started, 3))
        if report.outcome in (Outcome.PROMOTED, Outcome.REFUSED, Outcome.TOO_LITTLE):
            keep_report(self._store, report)
        return replace(ended, report=report)

    def _run(self, current: Current, tag: Tag) -> Ended:
        if current.frozen:
            report = self._report("", "", Outcome.FROZEN, "the heads are frozen")
            return Ended(report)
        shelf = FeedbackShelf(self._store, self._now)
        shelf.tidy()
        today = self._now().date()
        triaged = sort_quarantine(shelf, self._registry, self._progress, today)
        ended = self._learn(shelf, current, tag)
        return replace(ended, report=replace(ended.report, triaged=triaged))

    def _learn(self, shelf: FeedbackShelf, current: Current, tag: Tag) -> Ended:
        labels = self._registry.entry(self._registry.default).labels
        lessons = collect(shelf, labels, self._progress)
        round_id = name_round(self._registry, lessons)
        self._report_broken_off(round_id)
        if found := find_report(self._store, round_id):
            words = f"nothing has changed since the round of {found.time} ({found.outcome})"
            return Ended(replace(found, outcome=Outcome.UNCHANGED, words=words), lessons)
        if self._broke_off(round_id):
            report = self._report(round_id, lessons.dataset, Outcome.PROMOTED, BROKEN_OFF)
            return Ended(report, lessons)
        taught = len(lessons.items) - int(lessons.held_out.sum())
        if len(lessons.items) < FEWEST_DRAWINGS or not 0 < taught < len(lessons.items):
            words = f"{len(lessons.items)} accepted drawings; it takes {FEWEST_DRAWINGS}"
            report = self._report(round_id, lessons.dataset, Outcome.TOO_LITTLE, words)
            return Ended(replace(report, feedback=describe_lessons(lessons)), lessons)
        return self._adapt(round_id, lessons, current, tag)

    def _adapt(self, round_id: str, lessons: Lessons, current: Current, tag: Tag) -> Ended:
        names = self._registry.names
        candidates, heads = [], {}
        for number, name in enumerate(names, 1):
            self._progress("fitting", number, len(names))
            head = self._book.head_of(current, self._registry.entry(name))
            layer = Layer(head.weights, head.bias) if head else None
            candidate = fit_candidate(self._registry, name, lessons, layer)
            candidates.append(candidate)
            heads[name] = head_of(candidate, lessons, round_id)
        report = self._report(round_id, lessons.dataset, Outcome.REFUSED, _refusals(candidates))
        report = replace(
            report,
            feedback=describe_lessons(lessons),
            models={
                c.entry.name: describe_candidate(c, heads[c.entry.name].sha256) for c in candidates
            },
        )
        passed = {c.entry.name: heads[c.entry.name] for c in candidates if c.judgement.promoted}
        return Ended(self._promote(report, passed, tag), lessons, tuple(candidates))

    def _promote(self, report: Report, heads: Mapping[str, Head], tag: Tag) -> Report:
        """Promote the heads that passed; another's promotion since the start comes first."""
        if not heads:
            return report
        figures = {name: dict(head.figures) for name, head in heads.items()}
        try:
            self._book.promote(
                heads,
                tag,
                self._by,
                f"round {report.round[:8]}",
                {"round": report.round, "dataset": report.dataset, **figures},
            )
        except HeadsFrozen as error:
            return replace(report, outcome=Outcome.FROZEN, words=str(error))
        except HeadsChanged:
            if not self._broke_off(report.round):
                words = "other heads became current meanwhile; the next round looks anew"
                return replace(report, outcome=Outcome.OVERTAKEN, words=words)
        words = f"promoted for {', '.join(heads)}" + (f"; {report.words}" if report.words else "")
        return replace(report, outcome=Outcome.PROMOTED, words=words)

    def _broke_off(self, round_id: str) -> bool:
        """Whether this round has promoted already, in a run that left no report."""
        return any(
            entry.action is Action.PROMOTE and entry.figures.get("round") == round_id
            for entry in islice(self._book.history(), RECENT)
        )

    def _report_broken_off(self, round_id: str) -> None:
        """Report earlier promotions of which none was left, by a run that broke off.

        This run reports its own round. Another one's feedback may have changed since, so that
        nobody would come back to it. What is older than a promotion with a report has one itself.
        """
        for entry in islice(self._book.history(), RECENT):
            earlier = entry.figures.get("round")
            if entry.action is not Action.PROMOTE or earlier in (None, round_id):
                continue
            if find_report(self._store, earlier):
                return
            dataset = entry.figures["dataset"]
            report = self._report(earlier, dataset, Outcome.PROMOTED, BROKEN_OFF)
            keep_report(self._store, replace(report, time=entry.time, by=entry.by))

    def _report(self, round_id: str, dataset: str, outcome: Outcome, words: str) -> Report:
        return Report(
            round=round_id,
            dataset=dataset,
            time=self._now().isoformat(),
            by=self._by,
            outcome=outcome,
            words=words,
        )


def name_round(registry: ModelRegistry, lessons: Lessons) -> str:
    """Return the id of the round over these drawings, for these models and settings."""
    entries = [registry.entry(name) for name in sorted(registry.names)]
    sets = [file.sha256 for e in entries for file in (e.gold, e.replay) if file]
    settings = [OWN_ANSWERS, *(astuple(boldness) for boldness in LADDER)]
    content = [lessons.dataset, [e.sha256 for e in entries], sets, settings]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def head_of(candidate: Candidate, lessons: Lessons, round_id: str) -> Head:
    """Return a candidate as a head; its time is the newest drawing's, so that it repeats."""
    entry = candidate.entry
    return Head(
        model=entry.name,
        model_version=entry.version,
        model_sha256=entry.sha256,
        normalisation=entry.normalisation,
        labels=entry.labels,
        weights=candidate.layer.weights,
        bias=candidate.layer.bias,
        dataset=lessons.dataset,
        round=round_id,
        time=datetime.fromisoformat(lessons.newest).astimezone(UTC).isoformat(),
        figures=candidate.figures(),
        trained_figures=candidate.figures(trained=True),
    )


def _refusals(candidates: list[Candidate]) -> str:
    return "; ".join(
        f"{c.entry.name} refused: {', '.join(c.judgement.refusals)}"
        for c in candidates
        if not c.judgement.promoted
    )
