"""The requests of a page and its like, each with the one answer that is right."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bench.accepted import Rng
from bench.acknowledged import Acknowledged
from bench.campaigns.load.lines import Lines, Reply
from bench.events import JSON, PNG
from bench.own_digits import OwnDigit, draw_own
from export.errors import DamagedData

DRAWINGS = 40
LEAST_DRAWINGS = 10  # that the model reads right by itself
RECOGNIZE = "/v1/recognize"
ORIGIN = "https://drawings.example.org"


class Kind(StrEnum):
    """What a request is for."""

    PAGE = "strokes, as the page sends them"
    STROKES = "strokes"
    IMAGE = "a PNG"
    FEEDBACK = "feedback"
    WITHDRAWAL = "a withdrawal of feedback"
    MODELS = "the models"
    HEALTH = "health"


SHARES = {
    Kind.PAGE: 0.55,
    Kind.STROKES: 0.15,
    Kind.IMAGE: 0.12,
    Kind.FEEDBACK: 0.06,
    Kind.WITHDRAWAL: 0.02,
    Kind.MODELS: 0.05,
    Kind.HEALTH: 0.05,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes over the wire, and what the answer must be where that is known.

    receipt: that a withdrawal is for.
    """

    kind: Kind
    data: bytes
    body: bytes = b""
    receipt: str = ""

    def is_right(self, reply: Reply, kept: Acknowledged) -> bool:
        """Whether an answer is what was asked for; feedback is entered into what is kept."""
        if self.kind is Kind.FEEDBACK:
            return reply.status == 201 and kept.add(json.loads(reply.body))
        if self.kind is Kind.WITHDRAWAL:
            return reply.status == 204 and kept.withdraw(self.receipt)
        if self.kind is Kind.HEALTH:
            return reply.status == 200 and b'"status":"ok"' in reply.body
        return reply.status == 200 and reply.body == self.body


@dataclass
class Traffic:
    """The requests to choose from, by kind, and the feedback that was sent."""

    stage: str
    rng: Rng
    known: dict[Kind, list[Asked]] = field(default_factory=dict)
    kept: Acknowledged = field(default_factory=Acknowledged)
    _sent: int = 0

    async def learn(self, lines: Lines) -> None:
        """Ask for each drawing alone, and keep those that are read right with their answers.

        Raises DamagedData where hardly any is.
        """
        drawn = draw_own(DRAWINGS, self.rng)
        for kind in (Kind.PAGE, Kind.STROKES, Kind.IMAGE):
            asked = [(self._recognize(kind, each), each.text) for each in drawn]
            found = [await _answered(lines, request, text) for request, text in asked]
            self.known[kind] = [each for each in found if each]
            if len(self.known[kind]) < LEAST_DRAWINGS:
                raise DamagedData(kind, "hardly any is read right, with nothing else to do")
        models = Asked(Kind.MODELS, self._request("GET", "/v1/models"))
        reply = await lines.ask(models.data)
        self.known[Kind.MODELS] = [Asked(Kind.MODELS, models.data, reply.body)]
        self.known[Kind.HEALTH] = [Asked(Kind.HEALTH, self._request("GET", "/v1/health"))]

    def choose(self, count: int) -> list[Kind]:
        """Return kinds of chance, each as often as its share says."""
        kinds = list(SHARES)
        return [kinds[i] for i in self.rng.choice(len(kinds), count, p=list(SHARES.values()))]

    def next(self, kind: Kind) -> Asked:
        """Return a request of that kind; health where nothing is left that could be withdrawn."""
        if kind is Kind.FEEDBACK:
            return self._feedback()
        if kind is Kind.WITHDRAWAL:
            if receipt := self.kept.take():
                data = self._request("DELETE", f"/v1/feedback/{receipt}")
                return Asked(kind, data, receipt=receipt)
            kind = Kind.HEALTH
        self._sent += 1
        known = self.known[kind]
        return known[self._sent % len(known)]

    def _feedback(self) -> Asked:
        self._sent += 1
        known = self.known[Kind.STROKES]
        fields = json.loads(known[self._sent % len(known)].data.split(b"\r\n\r\n", 1)[1])
        fields |= {"label": str(self._sent % 10), "consent": True}
        key = {"Idempotency-Key": self.rng.bytes(16).hex()}
        return Asked(Kind.FEEDBACK, self._post("/v1/feedback", fields, key))

    def _recognize(self, kind: Kind, digit: OwnDigit) -> Asked:
        fields: dict[str, Any] = {"strokes": digit.strokes}
        if kind is Kind.IMAGE:
            return Asked(kind, self._request("POST", RECOGNIZE, digit.png(), {"Content-Type": PNG}))
        if kind is Kind.PAGE:
            fields |= {"model": "all", "trace": True}
        return Asked(kind, self._post(RECOGNIZE, fields))

    def _post(self, path: str, fields: dict[str, Any], more: dict[str, str] | None = None) -> bytes:
        headers = {"Content-Type": JSON} | (more or {})
        return self._request("POST", path, json.dumps(fields).encode(), headers)

    def _request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> bytes:
        given = {"Host": "127.0.0.1", "Origin": ORIGIN, **(headers or {})}
        given["Content-Length"] = str(len(body))
        lines = [f"{method} /{self.stage}{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in given.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


async def _answered(lines: Lines, asked: Asked, text: str) -> Asked | None:
    """Return a request with its answer; None where that is not what the drawing says."""
    reply = await lines.ask(asked.data)
    if reply.status != 200 or json.loads(reply.body)["text"] != text:
        return None
    return Asked(asked.kind, asked.data, reply.body)
