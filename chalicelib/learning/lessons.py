"""What a round learns from: accepted feedback, thinned out so that nobody shouts.

Nothing of it is kept beyond the round, so that what is withdrawn is in no later one.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.likeness import near_equal
from chalicelib.learning.shelf import FeedbackShelf, Filed
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import SIDE_PX, normalise

MAX_DRAWINGS = 10_000  # the newest; bounds the memory and the time of a round
MAX_NEAR_EQUAL = 3  # of one drawing, trembles and all
MAX_A_CLASS = 2_500
MAX_A_SOURCE_AND_DAY = 1_000
HELD_OUT = 0.5  # share that judges a candidate instead of teaching it; few prove nothing

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One drawing and what it is; label None: no digit."""

    id: str
    content_sha256: str
    label: str | None
    time: str
    crowd: tuple[str | None, str]  # where it came from, and on which day
    picture: Picture


@dataclass(frozen=True, slots=True)
class Lessons:
    """The drawings of a round, in an order of their own.

    pictures: array of shape (n, 28, 28), float32.
    held_out: array of shape (n,), bool; drawings that are nearly equal are on the same side.
    left_out: how many were not used, by reason.
    """

    items: tuple[Lesson, ...]
    pictures: Picture
    held_out: NDArray[np.bool_]
    left_out: dict[str, int]

    @property
    def dataset(self) -> str:
        """The digest that names this very set of drawings and labels."""
        named = sorted((one.id, one.label or "", one.content_sha256) for one in self.items)
        return hashlib.sha256(json.dumps(named).encode()).hexdigest()

    @property
    def newest(self) -> str:
        """When the newest of them was submitted; the same set has the same."""
        return max((one.time for one in self.items), key=datetime.fromisoformat)

    def targets(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """Return the class of each drawing, shape (n,): the index of its label, last for none."""
        index = {label: place for place, label in enumerate(labels)}
        return np.array([index.get(one.label or "", len(labels)) for one in self.items], np.int64)


def collect(shelf: FeedbackShelf, labels: Sequence[str], progress: Progress) -> Lessons:
    """Read and thin out what was accepted; `labels` are those that a model can learn."""
    places = shelf.places(FeedbackStatus.ACCEPTED)
    left_out = Counter(too_old=max(0, len(places) - MAX_DRAWINGS))
    places = places[-MAX_DRAWINGS:]
    lessons = []
    for number, filed in enumerate(shelf.read_all(places), 1):
        progress("reading", number, len(places))
        lesson = _lesson(filed, labels)
        if isinstance(lesson, Lesson):
            lessons.append(lesson)
        else:
            left_out[lesson] += 1
    return thin_out(lessons, left_out)


def thin_out(lessons: Sequence[Lesson], left_out: Counter[str]) -> Lessons:
    """Apply the caps and part what teaches from what judges, whatever the order they came in."""
    ordered = sorted(lessons, key=lambda one: (one.content_sha256, one.id))
    pictures = np.stack([one.picture for one in ordered]) if ordered else _no_pictures()
    leaders = near_equal(pictures)
    disputed = _disputed(ordered, leaders)
    counts: Counter[object] = Counter()
    kept = []
    for index, (one, leader) in enumerate(zip(ordered, leaders, strict=True)):
        caps = {
            "near_equal": (("near", leader), MAX_NEAR_EQUAL),
            "class_full": (("class", one.label), MAX_A_CLASS),
            "source_full": (("crowd", one.crowd), MAX_A_SOURCE_AND_DAY),
        }
        full = [reason for reason, (key, most) in caps.items() if counts[key] >= most]
        if leader in disputed or full:
            left_out["disputed" if leader in disputed else full[0]] += 1
            continue
        counts.update(key for key, _ in caps.values())
        kept.append(index)
    sides = np.array([_is_held_out(ordered[leaders[index]]) for index in kept], np.bool_)
    items = tuple(ordered[index] for index in kept)
    return Lessons(items, pictures[kept], sides, {k: n for k, n in left_out.items() if n})


def _disputed(lessons: Sequence[Lesson], leaders: NDArray[np.int64]) -> set[int]:
    """Return the leaders of nearly equal drawings that were accepted under several labels."""
    labels = defaultdict(set)
    for one, leader in zip(lessons, leaders, strict=True):
        labels[int(leader)].add(one.label)
    return {leader for leader, found in labels.items() if len(found) > 1}


def _lesson(filed: Filed, labels: Sequence[str]) -> Lesson | str:
    """Return what a drawing teaches, or why it teaches nothing."""
    if filed.label is not None and filed.label not in labels:
        return "unknown_label"
    try:
        picture = normalise(filed.drawing)
    except EmptyDrawing:
        return "empty"
    record = filed.record
    return Lesson(
        id=record.id,
        content_sha256=filed.content_sha256,
        label=filed.label,
        time=record.time,
        crowd=(record.source, filed.place.day.isoformat()),
        picture=picture,
    )


def _is_held_out(lesson: Lesson) -> bool:
    digest = hashlib.sha256(f"held out {lesson.content_sha256}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32 < HELD_OUT


def _no_pictures() -> Picture:
    return np.zeros((0, SIDE_PX, SIDE_PX), np.float32)
