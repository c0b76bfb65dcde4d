"""One person's review: each decision is a move in the store at once, and can be taken back.

Nothing is kept here that would be missed: a review that is killed has decided what it said it had.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import RLock
from uuid import uuid4

from chalicelib.errors import NotFound, StorageUnavailable
from chalicelib.learning.filed import Card
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.triage import RULES
from chalicelib.recognition.drawing import Drawing
from export.review.items import Item
from export.review.queue import Queue

MOVERS = 8  # threads; a bucket makes each of them wait
REVIEWED, UNDONE = "reviewed", "undone"


class Decision(StrEnum):
    """What a person can decide about a drawing."""

    ACCEPT = "accept"  # as claimed
    RELABEL = "relabel"  # as another digit, or as none
    REJECT = "reject"
    RETURN = "return"  # back to quarantine
    RULES = "rules"  # as the automatic rules advise


@dataclass(slots=True)
class Outcome:
    """What became of a decision.

    moved: as they lie now. gone: ids of what was withdrawn, or moved by somebody else, meanwhile.
    left: ids that the store did not take; trouble: why, in words.
    """

    moved: list[Item] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    trouble: str = ""


@dataclass(slots=True)
class _Step:
    """What one undo takes back: where each drawing lay before."""

    name: str
    before: dict[str, Card]


Wanted = tuple[FeedbackStatus, str | None, str, str]  # status, label, by, reason


class Review:
    """The queue of one reviewer, and what was decided about it so far. Threads may share it."""

    def __init__(self, shelf: FeedbackShelf, queue: Queue, by: str) -> None:
        self.queue = queue
        self.by = by
        self._shelf = shelf
        self._steps: list[_Step] = []
        self._lock = RLock()

    @property
    def undoable(self) -> int:
        """How many steps can be taken back."""
        return len(self._steps)

    def decide(
        self,
        ids: Iterable[str],
        decision: Decision,
        label: str | None = None,
        step: str | None = None,
    ) -> Outcome:
        """Move drawings of the queue as decided.

        label: with RELABEL: the digit that it is, None for none. step: decisions of the same name
        that follow each other are taken back by one undo.
        """
        with self._lock:
            found = {id_: self.queue.get(id_) for id_ in ids}
            items = [item for item in found.values() if item]
            if decision is Decision.RULES:
                items = [item for item in items if item.advised]
            before = {item.id: item.card for item in items}
            outcome = self._move(items, lambda item: self._wanted(item, decision, label))
            outcome.gone += [id_ for id_, item in found.items() if item is None]
            self._remember(step, {item.id: before[item.id] for item in outcome.moved})
            return outcome

    def undo(self, most: int | None = None) -> Outcome:
        """Take the last step back, or `most` drawings of it; the rest of it is then the last."""
        with self._lock:
            if not self._steps:
                return Outcome()
            before = self._steps[-1].before
            ids = list(before)[-most:] if most else list(before)
            items = [item for id_ in ids if (item := self.queue.get(id_))]
            outcome = self._move(items, lambda item: _back(before[item.id], self.by))
            for id_ in set(ids) - set(outcome.left):
                del before[id_]
            if not before:
                self._steps.pop()
            return outcome

    def drawing(self, item: Item) -> Drawing | None:
        """Return what was drawn, as it lies in the store; None where it has gone meanwhile.

        Raises StorageUnavailable.
        """
        try:
            return self._shelf.fetch(item.card).drawing
        except NotFound:
            return None

    def refresh(self) -> int:
        """Look what else has come into the store, or left it; return how many are new."""
        with self._lock:
            return self.queue.refresh()

    def _wanted(self, item: Item, decision: Decision, label: str | None) -> Wanted:
        claimed = item.card.claimed
        if decision is Decision.RULES and item.advice:
            return item.advice.status, claimed, RULES, item.advice.reason
        status, wanted = {
            Decision.ACCEPT: (FeedbackStatus.ACCEPTED, claimed),
            Decision.RELABEL: (FeedbackStatus.ACCEPTED, label),
            Decision.REJECT: (FeedbackStatus.REJECTED, item.card.label),
            Decision.RETURN: (FeedbackStatus.QUARANTINE, claimed),
        }[decision]
        return status, wanted, self.by, REVIEWED

    def _move(self, items: Sequence[Item], wanted: Callable[[Item], Wanted]) -> Outcome:
        outcome = Outcome()

        def move(item: Item) -> Card | NotFound | StorageUnavailable:
            status, label, by, reason = wanted(item)
            try:
                filed = self._shelf.fetch(item.card)
                moved = self._shelf.judge(filed, status, label=label, by=by, reason=reason)
                return Card.of(moved)
            except (NotFound, StorageUnavailable) as error:
                return error

        with ThreadPoolExecutor(MOVERS) as pool:
            for item, moved in zip(items, pool.map(move, items), strict=True):
                self._note(outcome, item, moved)
        return outcome

    def _note(
        self, outcome: Outcome, item: Item, moved: Card | NotFound | StorageUnavailable
    ) -> None:
        if isinstance(moved, NotFound):
            outcome.gone.append(item.id)
            self.queue.drop(item.id)
        elif isinstance(moved, StorageUnavailable):
            outcome.left.append(item.id)
            outcome.trouble = str(moved)
        else:
            item = replace(item, card=moved)
            self.queue.put(item)
            outcome.moved.append(item)

    def _remember(self, name: str | None, before: dict[str, Card]) -> None:
        if not before:
            return
        if name and self._steps and self._steps[-1].name == name:
            self._steps[-1].before.update(before)
        else:
            self._steps.append(_Step(name or uuid4().hex, before))


def _back(before: Card, by: str) -> Wanted:
    """Return the verdict that restores what was."""
    return before.place.status, before.label, by, UNDONE
