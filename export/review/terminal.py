"""The review in a terminal: one drawing at a time, one key a decision."""

import sys

from chalicelib.learning.keys import FeedbackStatus
from export.review.items import Item
from export.review.keyboard import END, LEFT, RIGHT, read_key, require_terminal, single_keys
from export.review.screen import CLEAR, HELP, can_colour, screen
from export.review.session import Decision, Outcome, Review

QUIT = ("q", END)
DECISIONS: dict[str, tuple[Decision, str | None]] = {
    "a": (Decision.ACCEPT, None),
    "n": (Decision.RELABEL, None),
    "r": (Decision.REJECT, None),
    "b": (Decision.RETURN, None),
}
DONE = {
    Decision.ACCEPT: "accepted",
    Decision.RELABEL: "accepted with another label",
    Decision.REJECT: "rejected",
    Decision.RETURN: "back in quarantine",
    Decision.RULES: "decided by the rules",
}


class TerminalReview:
    """The line of drawings in front of one person, and where in it they are."""

    def __init__(self, review: Review, status: FeedbackStatus) -> None:
        self._review = review
        self._status = status
        self._line = [item.id for item in review.queue.of(status)]
        self._at = 0
        self._for_all_alike = False
        self._message = ""
        self._decided = 0

    def run(self) -> str:
        """Review until nothing is left or the person quits; return what to say at the end."""
        require_terminal()
        with single_keys():
            coloured = can_colour()
            while True:
                self._show(coloured=coloured)
                key, helped = read_key(), self._message is HELP
                self._message = ""
                if helped:
                    continue
                if key in QUIT:
                    break
                self._press(key)
        return f"{self._decided} decided, {len(self._line)} left."

    def _show(self, *, coloured: bool) -> None:
        if self._message is HELP:
            sys.stdout.write(f"{CLEAR}{HELP}\n\nAny key goes back.\n")
            sys.stdout.flush()
            return
        item = self._current()
        position = f"{self._at + 1} of {len(self._line)}" if item else "0 left"
        text = screen(
            item,
            f"{position} {self._status}   {self._decided} decided",
            self._message,
            alike=len(self._meant()),
            coloured=coloured,
        )
        sys.stdout.write(CLEAR + text)
        sys.stdout.flush()

    def _press(self, key: str) -> None:
        labels = self._review.queue.labels
        if key == "u":
            self._undo()
        elif key == "?":
            self._message = HELP
        elif key == "!":
            self._apply_rules()
        elif not self._line:
            self._message = "Nothing is waiting: u takes the last decision back, q quits."
        elif key in labels:
            self._decide(Decision.RELABEL, key)
        elif key in DECISIONS:
            self._decide(*DECISIONS[key])
        elif key in (LEFT, RIGHT):
            self._browse(1 if key == RIGHT else -1)
        elif key == "s":
            self._skip()
        elif key == "c":
            self._mark_alike()
        else:
            self._message = f"{key!r} is no key of the review; ? lists them."

    def _decide(self, decision: Decision, label: str | None = None) -> None:
        self._settle(self._review.decide(self._meant(), decision, label), DONE[decision])
        self._for_all_alike = False

    def _apply_rules(self) -> None:
        clear = [item.id for item in self._items() if item.advised]
        if not clear:
            self._message = "The rules find nothing that is clear enough."
            return
        self._settle(self._review.decide(clear, Decision.RULES), DONE[Decision.RULES])

    def _settle(self, outcome: Outcome, done: str) -> None:
        """Take what has moved or gone out of the line, and say so."""
        leaving = {item.id for item in outcome.moved} | set(outcome.gone)
        self._line = [id_ for id_ in self._line if id_ not in leaving]
        self._at = min(self._at, max(0, len(self._line) - 1))
        self._decided += len(outcome.moved)
        self._message = _told(outcome, done)

    def _undo(self) -> None:
        if not self._review.undoable:
            self._message = "There is nothing to undo."
            return
        outcome = self._review.undo()
        back = [item.id for item in outcome.moved if item.card.place.status is self._status]
        self._line[self._at : self._at] = back
        self._decided -= len(outcome.moved)
        self._message = _told(outcome, "taken back")

    def _skip(self) -> None:
        self._line.append(self._line.pop(self._at))
        self._at = min(self._at, len(self._line) - 1)
        self._for_all_alike = False

    def _mark_alike(self) -> None:
        self._for_all_alike = not self._for_all_alike
        if len(self._meant()) < 2:
            self._for_all_alike = False
            self._message = "No other drawing that waits looks like it and claims the same."

    def _browse(self, step: int) -> None:
        self._at = (self._at + step) % len(self._line)
        self._for_all_alike = False

    def _items(self) -> list[Item]:
        found = (self._review.queue.get(id_) for id_ in self._line)
        return [item for item in found if item]

    def _current(self) -> Item | None:
        return self._review.queue.get(self._line[self._at]) if self._line else None

    def _meant(self) -> list[str]:
        item = self._current()
        if item is None:
            return []
        if not self._for_all_alike or item.cluster is None:
            return [item.id]
        return [other.id for other in self._items() if other.cluster == item.cluster]


def _told(outcome: Outcome, done: str) -> str:
    parts = [f"{len(outcome.moved)} {done}."] if outcome.moved else []
    if outcome.gone:
        parts.append(f"{len(outcome.gone)} withdrawn or decided by somebody else meanwhile.")
    if outcome.left:
        parts.append(f"{len(outcome.left)} not decided: {outcome.trouble}")
    return " ".join(parts)
