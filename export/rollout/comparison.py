"""The live version and its candidate, each as it answers now, asked about the same drawings.

The live version answers with the head that feedback has taught it, the candidate as trained. On
gold both are asked by their features. Of accepted feedback only the half counts that teaches no
head and, where one of the two was trained on feedback, only the days that training leaves out.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.errors import UnusableModel
from chalicelib.learning.adaptation import Layer
from chalicelib.learning.anchors import Anchors, anchors_of
from chalicelib.learning.candidates import features_of
from chalicelib.learning.gate import Flags, Judgement, right
from chalicelib.learning.heads import Head
from chalicelib.learning.lessons import Lesson, Lessons, Progress, collect
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.stores.store import Store
from export.datasets import FEEDBACK, build_validation, joined
from export.errors import NoCandidate
from export.evaluate import Score
from export.feedback.samples import day_of_source, part_of_feedback
from export.replacement import Answers, judge_answers
from export.splits import Part

GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two: its network, and the last layer that it answers with.

    head: that of feedback; None: as trained.
    """

    entry: ModelEntry
    network: Classifier
    gold: Anchors
    head: Head | None = None

    @property
    def name(self) -> str:
        """The version as answers name it."""
        return f"{self.entry.version}+{self.head.version}" if self.head else self.entry.version

    def answer(self, features: Picture) -> Picture:
        """Return the logits, shape (n, k), for features of shape (n, d)."""
        layer = self.head or self.gold
        return Layer(layer.weights, layer.bias).logits(features)


@dataclass(frozen=True, slots=True)
class Compared:
    """One set of drawings; before: as the live version answers them, after: the candidate.

    pictures: array of shape (n, 28, 28), float32; None where only features are kept.
    """

    name: str
    answers: Answers
    pictures: Picture | None

    def scores(self) -> tuple[Score, Score]:
        """Return how many the live version has right, and the candidate."""
        live, candidate = (
            right(logits, self.answers.targets)
            for logits in (self.answers.before, self.answers.after)
        )
        return Score(len(live), int(live.sum())), Score(len(live), int(candidate.sum()))

    def describe(self) -> dict[str, Any]:
        """Return the counts as a JSON object."""
        (live, candidate), (won, lost) = self.scores(), self.answers.won_and_lost()
        counts = {"live": live.correct, "candidate": candidate.correct, "won": won, "lost": lost}
        return {"drawings": live.drawings, **counts}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions on every set, and what the gate of publishing says of that.

    left_out: drawings of feedback that one of them may have been trained on.
    """

    live: Version
    candidate: Version
    sets: tuple[Compared, ...]
    judgement: Judgement
    left_out: int

    def describe(self) -> dict[str, Any]:
        """Return the figures that a promotion rests on as a JSON object."""
        return {
            "live": self.live.name,
            "candidate": self.candidate.name,
            "sets": {compared.name: compared.describe() for compared in self.sets},
            "checks": self.judgement.describe(),
        }


def compare(
    registry: ModelRegistry,
    model: str,
    store: Store,
    progress: Progress,
    data: Path | None = None,
) -> Comparison:
    """Compare the versions of a model.

    data: folder of mnist/ and, where they are, drawn/ and not_digits/: gold as pictures.
    Raises UnknownModel, NoCandidate, UnusableModel, UnusableHead, StorageUnavailable, MissingData.
    """
    live, candidate = versions_of(registry, model, store)
    gold = _on_gold(live, candidate, _gold_pictures(data) if data else None)
    feedback, left_out = _on_feedback(live, candidate, store, progress)
    entries = live.entry, candidate.entry
    judgement = judge_answers(entries, gold.answers, feedback.answers if feedback else None)
    sets = (gold, feedback) if feedback else (gold,)
    return Comparison(live, candidate, sets, judgement, left_out)


def versions_of(registry: ModelRegistry, model: str, store: Store) -> tuple[Version, Version]:
    """Return the live version of a model, as feedback has adapted it, and its candidate."""
    entry, candidate = registry.entry(model), registry.candidates.get(model)
    if candidate is None:
        raise NoCandidate(model, "publish one with --beside")
    book = HeadBook(store)
    head = book.head_of(book.read()[0], entry)
    return _version(registry, entry, head), _version(registry, candidate, None)


def _version(registry: ModelRegistry, entry: ModelEntry, head: Head | None) -> Version:
    return Version(entry, registry.network(entry), anchors_of(registry, entry)[0], head)


def _on_gold(live: Version, candidate: Version, pictures: Picture | None) -> Compared:
    """Compare on gold. Raises UnusableModel where the two were published with other gold."""
    targets = live.gold.targets
    if not np.array_equal(targets, candidate.gold.targets):
        raise UnusableModel(
            candidate.entry.file,
            "has another gold set beside it than the live version; publish it again, with the "
            "same --data and --drawings",
        )
    both = live.answer(live.gold.features), candidate.answer(candidate.gold.features)
    shown = pictures if pictures is not None and len(pictures) == len(targets) else None
    return Compared(GOLD, Answers(targets, *both), shown)


def _gold_pictures(data: Path) -> Picture:
    """Return the gold drawings, as they were when the models were published."""
    has_drawings = any((data / name).is_dir() for name in ("drawn", "not_digits"))
    drawings = data if has_drawings else None
    return joined(list(build_validation(data / "mnist", drawings).values())).pictures


def _on_feedback(
    live: Version, candidate: Version, store: Store, progress: Progress
) -> tuple[Compared | None, int]:
    """Return how both do on feedback, None where there is none, and how many were left out."""
    labels = live.entry.labels
    lessons = collect(FeedbackShelf(store), labels, progress)
    chosen = _judging(lessons, trained=_learnt_from_feedback(live, candidate))
    left_out = int(lessons.held_out.sum() - chosen.sum())
    pictures = lessons.pictures[chosen]
    if not len(pictures):
        return None, left_out
    targets = lessons.targets(labels)[chosen]
    both = (each.answer(features_of(each.network, pictures)) for each in (live, candidate))
    return Compared(FEEDBACK, Answers(targets, *both), pictures), left_out


def _learnt_from_feedback(*versions: Version) -> bool:
    return any(version.entry.trained.get("feedback") for version in versions)


def _judging(lessons: Lessons, *, trained: bool) -> Flags:
    """Return which drawings may judge, shape (n,), bool."""
    if not trained:
        return lessons.held_out
    return lessons.held_out & np.array([_is_left_out(one) for one in lessons.items], np.bool_)


def _is_left_out(lesson: Lesson) -> bool:
    """Whether no training learns from the day of a drawing."""
    return part_of_feedback(day_of_source(*lesson.crowd)) is Part.VALIDATION
