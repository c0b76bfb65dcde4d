"""One worker that is asked again and again: what it answers, and what it holds."""

import json

from bench.accepted import Rng
from bench.acknowledged import Acknowledged
from bench.campaigns.soak import events
from bench.emulator.worker import Worker

WITHDRAWN = 0.4  # share of the feedback


class Soak:
    """A worker, and what it has answered so far.

    wrong: answers that are not what they must be, or not as at the first time. refused: mistakes
    sent, all of which must be refused.
    """

    def __init__(self, worker: Worker, rng: Rng) -> None:
        self.kept = Acknowledged()
        self.wrong = self.predictions = self.refused = 0
        self._worker = worker
        self._rng = rng
        self._drawings = events.predictions(rng)
        self._mistakes = events.mistakes()
        self._answers: dict[bytes, str] = {}
        self._feedback = 0

    def predict(self) -> None:
        """Send a drawing, and at times a mistake before it."""
        if self._rng.random() < events.MISTAKEN:
            mistake = self._mistakes[self._rng.integers(len(self._mistakes))]
            self.wrong += self._ask(mistake.event)[0] != mistake.status
            self.refused += 1
        sent = self._drawings[self._rng.integers(len(self._drawings))]
        status, body = self._ask(sent.event)
        self.wrong += status != sent.status or body != self._answers.setdefault(sent.event, body)
        self.predictions += 1

    def give_feedback(self) -> None:
        """Send a piece of feedback, and at times withdraw the latest."""
        self._feedback += 1
        status, body = self._ask(events.feedback(self._feedback, self._rng))
        self.wrong += status != 201 or not self.kept.add(json.loads(body))
        if self._rng.random() < WITHDRAWN and (receipt := self.kept.take()):
            status, _body = self._ask(events.withdrawal(receipt))
            self.wrong += status != 204 or not self.kept.withdraw(receipt)

    def _ask(self, event: bytes) -> tuple[int, str]:
        answer = json.loads(self._worker.invoke(event).body or b"{}")
        return answer.get("statusCode", 0), answer.get("body", "")
