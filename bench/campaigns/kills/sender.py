"""Somebody who sends feedback, repeats, reads and withdraws it, until the server is gone."""

import json
import random
from dataclasses import dataclass, field
from http.client import HTTPException

import numpy as np

from bench.local_server import Answer, LocalServer
from bench.round_tally import digest_of
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.png import encode_picture

JSON = {"Content-Type": "application/json"}
KEYED_SHARE = 0.4
WITHDRAWN_SHARE = 0.25
REPEATED_SHARE = 0.15
READ_SHARE = 0.1
MOST_POINTS = 400  # so that some records take several pages of memory
READ_PATHS = ("/v1/health", "/v1/models", "/v1/nothing")


@dataclass
class Piece:
    """One piece of feedback, as it was sent.

    digest: of picture, strokes and label. key: its Idempotency-Key, None where it has none.
    """

    body: bytes = field(repr=False)
    digest: str
    key: str | None
    receipt: str | None = None
    cut_off: bool = False

    @property
    def id(self) -> str:
        """The id that the receipt names."""
        return (self.receipt or "--").split("-")[1]


@dataclass
class Sender:
    """What one of them sent, and what was answered; nobody else touches these pieces.

    begun, withdrawn: ids of what it began to withdraw, and of what it knows to be gone.
    requests: how many were begun. wrong: answers that must not be, in words. refused: 503s to what
    it sent while the disk might be full.
    """

    generator: random.Random
    name: str
    pieces: list[Piece] = field(default_factory=list)
    begun: dict[str, Piece] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    requests: int = 0
    cut_off: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    disk_may_be_full: bool = False

    @property
    def alive(self) -> list[Piece]:
        """What was acknowledged and what nobody began to withdraw."""
        return [piece for piece in self.pieces if piece.receipt and piece.id not in self.begun]

    def act_until_cut_off(self, server: LocalServer) -> None:
        """Do one thing after another until the server no longer answers."""
        try:
            self.complete(server)
            while True:
                self.act(server)
        except (OSError, HTTPException):
            self.cut_off += 1

    def complete(self, server: LocalServer) -> None:
        """Repeat what was cut off. Raises OSError or HTTPException where that is cut off, too."""
        for piece in [p for p in self.pieces if p.cut_off and p.key]:
            self._send(server, piece)
        for piece in [p for one, p in self.begun.items() if one not in self.withdrawn]:
            self.withdraw(server, piece)

    def repeat_all(self, server: LocalServer) -> None:
        """Send all that has a key and is there once more: each must get its own receipt."""
        for piece in self.alive:
            if piece.key:
                self._send(server, piece)

    def act(self, server: LocalServer) -> None:
        """Send, repeat, read or withdraw, by chance."""
        chance = self.generator.random()
        alive = self.alive
        if chance < READ_SHARE:
            path = self.generator.choice(READ_PATHS)
            answer = self._ask(server, "GET", path)
            self._require(answer, {404 if path == READ_PATHS[-1] else 200}, f"GET {path}")
        elif alive and chance < READ_SHARE + WITHDRAWN_SHARE:
            self.withdraw(server, self.generator.choice(alive))
        elif alive and chance < READ_SHARE + WITHDRAWN_SHARE + REPEATED_SHARE:
            piece = self.generator.choice(alive)
            if piece.key:
                self._send(server, piece)
        else:
            self.send_new(server)

    def send_new(self, server: LocalServer) -> bool:
        """Send a new piece; return whether it was taken."""
        self.pieces.append(self._draw())
        self._send(server, self.pieces[-1])
        return self.pieces[-1].receipt is not None

    def _send(self, server: LocalServer, piece: Piece) -> None:
        headers = JSON | ({"Idempotency-Key": piece.key} if piece.key else {})
        statuses = {200, 201} if piece.cut_off else {200} if piece.receipt else {201}
        known, piece.cut_off = piece.cut_off, True
        answer = self._ask(server, "POST", "/v1/feedback", piece.body, headers)
        if self.disk_may_be_full and _is_refusal(answer):
            self.refused += 1
            return
        piece.cut_off = known
        if self._require(answer, statuses, "POST"):
            receipt = answer.json["receipt"]
            if piece.receipt not in (None, receipt):
                self.wrong.append(f"{piece.key} got {receipt} after {piece.receipt}")
            piece.receipt, piece.cut_off = receipt, False

    def withdraw(self, server: LocalServer, piece: Piece) -> None:
        """Take a piece back; a repetition may find that it has gone."""
        again = piece.id in self.begun
        self.begun[piece.id] = piece
        answer = self._ask(server, "DELETE", f"/v1/feedback/{piece.receipt}")
        if self._require(answer, {204, 404} if again else {204}, "DELETE"):
            self.withdrawn.add(piece.id)

    def _ask(
        self,
        server: LocalServer,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        self.requests += 1
        return server.request(method, path, body, headers)

    def _require(self, answer: Answer, statuses: set[int], what: str) -> bool:
        if answer.status in statuses:
            return True
        self.wrong.append(f"{what}: {answer.status} instead of {statuses}: {answer.body[:300]!r}")
        return False

    def _draw(self) -> Piece:
        """Return a drawing that nobody drew before."""
        points = self.generator.randint(1, MOST_POINTS)
        strokes = [
            [[round(self.generator.uniform(0, 100), 3) for _ in "xy"] for _ in range(points)]
        ]
        label = self.generator.choice([*"0123456789", None])
        seen = encode_picture(normalise(StrokeDrawing((np.array(strokes[0]),))))
        key = None
        if self.generator.random() < KEYED_SHARE:
            key = f"{self.name}-{len(self.pieces)}-{self.generator.randrange(2**32)}"
        body = json.dumps({"strokes": strokes, "label": label, "consent": True}).encode()
        return Piece(body, digest_of(seen, strokes, label), key)


def _is_refusal(answer: Answer) -> bool:
    """Whether it says, as it must, that the storage takes nothing and when to come again."""
    return (
        answer.status == 503
        and answer.json["code"] == "storage_unavailable"
        and answer.headers.get("retry-after", "").isdigit()
    )
