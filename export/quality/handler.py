"""Drawings go in as a caller would send them, answers come out; no way around the HTTP handler."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chalice.test import Client

from app import app
from export.errors import UnexpectedAnswer

PROJECT = Path(__file__).resolve().parents[2]
RECOGNIZED = "recognized"

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one model said of one drawing, one entry a digit that it found.

    labels: the best guesses. probabilities: of these, in [0, 1]. recognized: whether the answer
    was given without reserve. pictures: data URLs of what the model saw, where they were asked.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    recognized: tuple[bool, ...]
    pictures: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The labels in order, sure or not."""
        return "".join(self.labels)

    @property
    def probability(self) -> float:
        """The probability of the least certain digit."""
        return min(self.probabilities)

    @property
    def wholly_recognized(self) -> bool:
        """Whether each digit was recognized."""
        return all(self.recognized)

    @property
    def claims_a_digit(self) -> bool:
        """Whether any digit was recognized."""
        return any(self.recognized)


class Handler:
    """The app of app.py, called in this process as API Gateway calls it."""

    def __init__(self) -> None:
        self._client = Client(app, project_dir=str(PROJECT))

    def recognize(
        self, drawing: Fields, *, single: bool = False, trace: bool = False
    ) -> dict[str, Answer]:
        """Send a drawing, `{"strokes": ...}` and the like, and return each model's answer.

        single: say that it is one digit. trace: ask for what the model saw. Raises
        UnexpectedAnswer where the status is not 200.
        """
        fields = {**drawing, "model": "all", "candidates": 1, "single": single, "trace": trace}
        response = self._client.http.post(
            "/v1/recognize",
            headers={"Content-Type": "application/json"},
            body=json.dumps(fields).encode(),
        )
        if response.status_code != HTTPStatus.OK:
            raise UnexpectedAnswer(response.status_code, response.body.decode())
        return {model["name"]: _answer(model) for model in response.json_body["models"]}


def _answer(model: dict[str, Any]) -> Answer:
    digits = model["digits"]
    return Answer(
        tuple(digit["label"] for digit in digits),
        tuple(digit["probability"] for digit in digits),
        tuple(digit["status"] == RECOGNIZED for digit in digits),
        tuple(digit["seen"] for digit in digits if "seen" in digit),
    )
