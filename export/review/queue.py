"""The feedback under review in the order in which it is worth a person's time."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from chalicelib.learning.clusters import clusters
from chalicelib.learning.evidence import Evidence, gather
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.triage import triage
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.heads import SHIPPED, HeadSource
from chalicelib.recognition.normalise import SIDE_PX
from chalicelib.recognition.registry import ModelRegistry
from export.review.answers import read_pictures
from export.review.items import Item

MOST_DECIDED = 1000  # of what is accepted or rejected already: the newest ones are shown

Progress = Callable[[int, int], None]


class Queue:
    """The items under review by id, and how many there are of each status."""

    def __init__(
        self,
        shelf: FeedbackShelf,
        registry: ModelRegistry,
        progress: Progress,
        heads: HeadSource = lambda: SHIPPED,
    ) -> None:
        self._shelf = shelf
        self._registry = registry
        self._progress = progress
        self._heads = heads
        self._items: dict[str, Item] = {}
        self._whole: set[FeedbackStatus] = set()  # those that were fetched
        self.counts = dict.fromkeys(FeedbackStatus, 0)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the default model."""
        return self._registry.entry(self._registry.default).labels

    def get(self, id_: str) -> Item | None:
        """Return an item that was fetched."""
        return self._items.get(id_)

    def of(self, status: FeedbackStatus) -> list[Item]:
        """Return the items of a status in their order, fetched at the first time."""
        if status not in self._whole:
            self.fetch(status)
        found = [item for item in self._items.values() if item.status is status]
        return sorted(found, key=lambda item: item.rank)

    def put(self, item: Item) -> None:
        """Take an item as it lies now."""
        self.counts[self._items[item.id].status] -= 1
        self.counts[item.status] += 1
        self._items[item.id] = item

    def drop(self, id_: str) -> None:
        """Forget an item that has gone."""
        if item := self._items.pop(id_, None):
            self.counts[item.status] -= 1

    def refresh(self) -> int:
        """Fetch again what was fetched; return how many items are new."""
        before = set(self._items)
        for status in list(self._whole):
            self.fetch(status)
        return len(set(self._items) - before)

    def fetch(self, status: FeedbackStatus) -> None:
        """Read all of a status, but no more than the newest MOST_DECIDED of what is decided."""
        places = {each: self._shelf.places(each) for each in FeedbackStatus}
        self.counts = {each: len(found) for each, found in places.items()}
        if status is FeedbackStatus.QUARANTINE:
            accepted = self._gathered(places[FeedbackStatus.ACCEPTED])
            items = self._judged(self._gathered(places[status]), accepted)
        else:
            items = self._decided(self._gathered(places[status][-MOST_DECIDED:][::-1]))
        self._items = {id_: i for id_, i in self._items.items() if i.status is not status}
        self._items |= {item.id: item for item in items}
        self._whole.add(status)

    def _gathered(self, places: Sequence[FeedbackPlace]) -> list[Evidence]:
        found: list[Evidence] = []
        for evidence in gather(self._shelf.read_all(places), self._registry):
            found.append(evidence)
            self._progress(len(found), len(places))
        return found

    def _judged(self, waiting: Sequence[Evidence], accepted: Sequence[Evidence]) -> list[Item]:
        """Return what waits, the most useful first, each cluster where its best one stands."""
        if not waiting:
            return []
        pictures = [_seen(evidence) for evidence in waiting]
        answers = read_pictures(self._registry, self._heads(), pictures)
        advice = triage(waiting, accepted)
        names = _cluster_names(waiting, pictures)
        best: dict[str, float] = {}
        for name, one in zip(names, advice, strict=True):
            best[name] = max(best.get(name, 0.0), one.usefulness)
        sizes = Counter(names)
        order = sorted(range(len(waiting)), key=lambda i: (-best[names[i]], names[i]))
        return [
            Item(
                card=waiting[i].card,
                picture=pictures[i],
                answers=answers[i],
                advice=advice[i],
                cluster=names[i] if sizes[names[i]] > 1 else None,
                rank=rank,
            )
            for rank, i in enumerate(order)
        ]

    def _decided(self, decided: Sequence[Evidence]) -> list[Item]:
        """Return what is accepted or rejected already, the newest first."""
        pictures = [_seen(evidence) for evidence in decided]
        answers = read_pictures(self._registry, self._heads(), pictures)
        return [
            Item(evidence.card, picture, said, advice=None, cluster=None, rank=rank)
            for rank, (evidence, picture, said) in enumerate(
                zip(decided, pictures, answers, strict=True)
            )
        ]


def _cluster_names(waiting: Sequence[Evidence], pictures: Sequence[Picture]) -> list[str]:
    """Return for each drawing the id of the first one of its cluster, its own where it is alone."""
    labels = [evidence.card.label for evidence in waiting]
    first_of = clusters(np.stack(pictures), labels)
    return [waiting[first].card.place.id for first in first_of.tolist()]


def _seen(evidence: Evidence) -> Picture:
    """Return what the models see, blank where there is no ink."""
    if evidence.picture is not None:
        return evidence.picture
    return np.zeros((SIDE_PX, SIDE_PX), np.float32)
