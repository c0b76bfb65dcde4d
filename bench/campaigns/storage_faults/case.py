"""One case: a drawing is read, sent as feedback and withdrawn, while S3 fails in one way."""

import itertools
import json
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from bench.campaigns.storage_faults import tally as found
from bench.campaigns.storage_faults.kinds import Kind, Trouble
from bench.campaigns.storage_faults.lane import Answer, Lane
from bench.campaigns.storage_faults.tally import Tally
from bench.events import SEVEN, proxy_event
from chalicelib.errors import DamagedFeedback
from chalicelib.learning.heads import Head
from chalicelib.learning.receipts import ReceiptCode
from chalicelib.learning.records import Record
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.png import encode_picture

LABEL = "7"
COLD_SHARE = 0.12
READS, WRITES, DELETIONS = 2, 4, 11  # requests to S3 for heads, feedback and a withdrawal
PATIENCE_S = 10.0  # for a head that a busy machine reads late
DAMAGING = "wrong checksum"


@dataclass
class Case:
    """What a case needs.

    number: makes its drawing, its key and its head its own, and with the seed its chance.
    head: answers as the model was trained. cut: at which byte the first connection is cut, and
    how much further on each that follows.
    """

    lane: Lane
    kind: Kind
    number: int
    seed: int
    head: Head
    cut: tuple[int, int]
    tally: Tally
    generator: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Draw what is drawn, and name what is sent."""
        self.generator = random.Random(f"{self.seed}/{self.number}")
        self.head = replace(self.head, dataset=f"case {self.number} of seed {self.seed}")
        shift = self.generator.uniform(-50, 50)
        self.strokes = [[[x + shift, y + shift / 2] for x, y in SEVEN]]
        self.key = f"case-{self.number:08d}"

    def run(self) -> None:
        """Try it, and count what should not be."""
        self.lane.proxy.cuts = itertools.count(*self.cut)
        self.recognize()
        receipt = self.submit()
        if receipt:
            self.withdraw(receipt)
        self.lane.bucket.clear()
        self.require(not self.lane.proxy.followed, found.FOLLOWED)
        self.tally.cuts |= self.lane.proxy.cut_at
        self.lane.proxy.requests.clear()

    def recognize(self) -> None:
        """Read the drawing while the heads cannot be read or are damaged, then undisturbed."""
        cold = self.generator.random() < COLD_SHARE
        shipped, last = self.head.model_version, self.lane.served
        current = f"{shipped}+{self.head.version}"
        self.lane.bucket.promote(self.head)
        with self.lane.trouble(self.draw(READS)):
            if cold:
                self.lane.chill()
            answer = self.lane.send(self.reading(), refresh=True)
        (self.tally.cold if cold else self.tally.warm).append(answer.waited_s)
        allowed = {current, shipped if cold else last}
        if self.kind.name == DAMAGING:
            allowed.add(shipped)
        self.require_read(answer)
        self.require(version_of(answer) in allowed, found.FOREIGN_HEAD)
        self.require(self.comes(current), found.STALE_HEAD)
        self.lane.served = current

    def comes(self, version: str) -> bool:
        """Whether a head is served by now, or soon."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            answer = self.lane.send(self.reading(), refresh=True)
            self.require_read(answer)
            if version_of(answer) == version:
                return True
            if time.monotonic() > until_s:
                return False

    def submit(self) -> str | None:
        """Send feedback while S3 fails, repeat it as the page does, and return its receipt."""
        with self.lane.trouble(self.draw(WRITES)):
            first = self.send_feedback()
        self.note(first, 201)
        if first.status == 201:
            self.require(self.is_stored(first), found.NOT_STORED)
        again = self.send_feedback()
        if not self.require(again.status in (200, 201), found.NOT_OVER, again):
            return None
        self.require(self.is_stored(again), found.NOT_ONE)
        if first.status == 201:
            same = again.status == 200 and again.body == first.body
            self.require(same, found.OTHER_RECEIPT)
        receipt: str = again.body["receipt"]
        return receipt

    def withdraw(self, receipt: str) -> None:
        """Withdraw the feedback while S3 fails, and once more; then nothing of it may be left."""
        event = proxy_event("DELETE", "/v1/feedback/{receipt}", receipt=receipt)
        with self.lane.trouble(self.draw(DELETIONS)):
            first = self.lane.send(event)
        self.note(first, 204)
        if first.status == 204:
            self.require(not self.lane.bucket.feedback(), found.NOT_GONE, first)
        again = self.lane.send(event)
        # What broke off may have been completed but for the answer.
        expected = (404,) if first.status == 204 else (204, 404)
        if self.require(again.status in expected, found.NOT_OVER, again):
            self.require(not self.lane.bucket.feedback(), found.NOT_GONE)

    def send_feedback(self) -> Answer:
        """Send the drawing with its label and its Idempotency-Key."""
        fields = {"strokes": self.strokes, "label": LABEL, "consent": True}
        event = proxy_event("POST", "/v1/feedback", json.dumps(fields).encode())
        return self.lane.send(event, key=self.key)

    def reading(self) -> bytes:
        """Return the event that has the drawing read."""
        body = json.dumps({"strokes": self.strokes}).encode()
        return proxy_event("POST", "/v1/recognize", body)

    def draw(self, requests: int) -> Trouble:
        """Draw how the kind of fault hits about so many requests."""
        return Trouble.draw(self.kind, requests, self.generator)

    def is_stored(self, answer: Answer) -> bool:
        """Whether the bucket holds what was sent, once and whole, as what was answered."""
        stored = self.lane.bucket.feedback()
        records = [key for key in stored if key.endswith(".json")]
        pictures = [key for key in stored if key.endswith(".png")]
        if len(records) != 1 or len(pictures) != 1:
            return False
        picture = normalise(StrokeDrawing(tuple(np.array(stroke) for stroke in self.strokes)))
        with suppress(DamagedFeedback):
            record = Record.decode(stored[records[0]], records[0])
            return stored[pictures[0]] == encode_picture(picture) and self.tells(record, answer)
        return False

    def tells(self, record: Record, answer: Answer) -> bool:
        """Whether a record says what was sent and answered."""
        code = ReceiptCode.parse(answer.body["receipt"])
        return (
            code is not None
            and code.opens(record.receipt_sha256)
            and (record.id, record.label) == (answer.body["id"], LABEL)
            and record.strokes == self.strokes
        )

    def note(self, answer: Answer, success: int) -> None:
        """Count an answer to feedback, which is a success or an honest failure."""
        self.tally.waits[self.kind.name].append(answer.waited_s)
        self.tally.answers[answer.status] += 1
        unavailable = (
            answer.status == 503
            and answer.body["code"] == "storage_unavailable"
            and "retry-after" in answer.headers
        )
        self.require(unavailable or answer.status == success, found.OTHER_ANSWER, answer)

    def require_read(self, answer: Answer) -> None:
        """Count an answer that does not say what was drawn."""
        right = answer.status == 200 and answer.body["text"] == LABEL
        self.require(right, found.UNREAD, answer)

    def require(self, held: bool, what: str, answer: Answer | None = None) -> bool:  # noqa: FBT001 - a condition
        """Count what should never be where it is; return whether it held."""
        told = "" if answer is None else f" ({answer.status} after {answer.waited_s:.1f} s)"
        self.tally.require(held, what, f"case {self.number}, {self.kind.name}{told}")
        return held


def version_of(answer: Answer) -> str | None:
    """Return the version of the model and head that answered."""
    body: Mapping[str, Mapping[str, str]] = answer.body if answer.status == 200 else {}
    return body.get("model", {}).get("version")
