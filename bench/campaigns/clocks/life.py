"""One life under a clock that may be wrong: `python -m bench.campaigns.clocks.life STORE SEED`.

It begins as a local server does, by a sweep, then does a few things by chance and says each in a
line. What it may repeat and withdraw comes on stdin: a JSON object of the receipts of feedback by
its Idempotency-Key.
"""

import json
import random
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bench.round_tally import digest_of
from chalicelib.errors import NotFound, NothingToRollBack
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.records import Submission
from chalicelib.learning.round import Round
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store

ACTIONS = 6  # a life
ROUND_SHARE = 0.3  # of lives end with a round
ROLLBACK_SHARE = 0.2

Now = Callable[[], datetime]
Say = Callable[[str], None]


class Life:
    """What is done to a store by one clock."""

    def __init__(self, root: Path, receipts: Mapping[str, str], now: Now, say: Say) -> None:
        self._store = open_store(str(root))
        self._receipts, self._now, self._say = dict(receipts), now, say
        self._book = FeedbackBook(self._store, now)
        self._shelf = FeedbackShelf(self._store, now)

    def run(self, generator: random.Random, models: Path) -> None:
        """Sweep, act and perhaps learn."""
        swept = self._book.sweep()
        self._say(f"swept {swept.expired} {swept.pictures}")
        for _ in range(ACTIONS):
            generator.choice([self._submit, self._repeat, self._withdraw, self._judge])(generator)
        if generator.random() < ROLLBACK_SHARE:
            with suppress(NothingToRollBack):
                HeadBook(self._store, self._now).rollback("ann", "by chance")
                self._say("rolled")
        if generator.random() < ROUND_SHARE:
            registry = ModelRegistry.load(models)
            report = Round(self._store, registry, "bench", now=self._now).run().report
            self._say(f"round {report.round} {report.outcome}")

    def _submit(self, generator: random.Random) -> None:
        key = f"key-{generator.randrange(2**64)}"
        submission = submission_of(key)
        receipt = self._book.submit(submission)
        self._receipts[key] = receipt.receipt
        digest = digest_of(submission.picture_png, submission.strokes, submission.label)
        self._say(f"sent {key} {receipt.receipt} {digest}")

    def _repeat(self, generator: random.Random) -> None:
        """Submit again what is there: it must get the receipt that it got."""
        if self._receipts:
            key = generator.choice(sorted(self._receipts))
            receipt = self._book.submit(submission_of(key)).receipt
            self._say("repeated" if receipt == self._receipts[key] else f"other {key} {receipt}")

    def _withdraw(self, generator: random.Random) -> None:
        if self._receipts:
            key = generator.choice(sorted(self._receipts))
            try:
                self._book.withdraw(self._receipts.pop(key))
            except NotFound:
                self._say(f"missing {key}")
            else:
                self._say(f"withdrawn {key}")

    def _judge(self, generator: random.Random) -> None:
        places = [p for status in FeedbackStatus for p in self._shelf.places(status)]
        if places and (filed := self._shelf.read(generator.choice(places))):
            status = generator.choice(list(FeedbackStatus))
            with suppress(NotFound):
                self._shelf.judge(filed, status, label=filed.label, by="ann", reason="chance")


def submission_of(key: str) -> Submission:
    """Return the one submission of a key."""
    generator = random.Random(key)
    strokes = [[[generator.uniform(0, 100) for _ in "xy"] for _ in range(8)]]
    return Submission(
        picture_png=b"\x89PNG" + key.encode() * 100,
        strokes=strokes,
        label=generator.choice([*"0123456789", None]),
        predicted=None,
        model="perceptron",
        version="0",
        normalisation="1",
        body_sha256=key,
        idempotency_key=key,
    )


def main() -> None:
    """Live by the clock of this process."""
    root, seed, models = sys.argv[1:]
    life = Life(
        Path(root),
        json.load(sys.stdin),
        lambda: datetime.now(UTC),
        lambda line: print(line, flush=True),
    )
    life.run(random.Random(seed), Path(models))


if __name__ == "__main__":
    main()
