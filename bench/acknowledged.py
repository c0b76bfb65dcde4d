"""Feedback that the API has acknowledged, and what a store must therefore hold."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.outcome import Fact
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, status_prefix
from chalicelib.stores.store import Store


@dataclass
class Acknowledged:
    """What came back as kept, and as withdrawn.

    receipts: of what is kept, by id. withdrawn: ids of what is no more. doubtful: of those whose
    withdrawal was sent and has no good answer.
    """

    receipts: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    _taken: dict[str, str] = field(default_factory=dict)

    def add(self, receipt: dict[str, Any]) -> bool:
        """Enter a receipt as the API gives it; False where it is of feedback that came before."""
        if receipt["id"] in self.receipts:
            return False
        self.receipts[receipt["id"]] = receipt["receipt"]
        return True

    def take(self) -> str | None:
        """Return the latest receipt, to withdraw what it is for; None where none is left."""
        if not self.receipts:
            return None
        feedback_id, receipt = self.receipts.popitem()
        self._taken[receipt] = feedback_id
        self.doubtful.add(feedback_id)
        return receipt

    def withdraw(self, receipt: str) -> bool:
        """Enter that a withdrawal was acknowledged."""
        feedback_id = self._taken.pop(receipt)
        self.doubtful.discard(feedback_id)
        self.withdrawn.add(feedback_id)
        return True

    def facts(self, store: Store, where: str) -> list[Fact]:
        """Say whether a store holds exactly that: no piece less, none by half, none withdrawn."""
        files = _files(store)
        kept = self.receipts.keys()
        others = files.keys() - kept - self.withdrawn - self.doubtful
        return [
            Fact(f"feedback acknowledged {where}", len(kept) + len(self.withdrawn), least=1),
            Fact("of it withdrawn", len(self.withdrawn)),
            Fact("kept feedback that is lost", len(kept - files.keys()), most=0),
            Fact("withdrawn feedback that is there", len(self.withdrawn & files.keys()), most=0),
            Fact("feedback that is there by half", sum(n != 2 for n in files.values()), most=0),
            Fact("feedback that nobody knows of", len(others), most=0),
        ]


def _files(store: Store) -> Counter[str]:
    """Return how many files each piece of feedback has: its record and its picture make two."""
    found: Counter[str] = Counter()
    for status in FeedbackStatus:
        for listed in store.list(status_prefix(status)):
            place = FeedbackPlace.parse(listed.key)
            found[place.id if place else listed.key] += 1
    return found
