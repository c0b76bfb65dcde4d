"""Drawings become lines of results: some are read together, each is answered by itself."""

import json
import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from chalicelib.batch.drawings import Asked, Place
from chalicelib.batch.errors import UnusableInput
from chalicelib.errors import InklingError
from chalicelib.http.problems import problem_body
from chalicelib.http.requests import RecognizeRequest
from chalicelib.http.responses import readings_json, seen_url
from chalicelib.recognition.recognizer import Reading, Recognizer, Status
from chalicelib.recognition.together import Question, recognize_all

TOGETHER = 64  # drawings held at once, of up to 4 MB each
SURE = 0.99  # a digit less probable than this, or not recognized, is shown as the model saw it
ERROR_FIELDS = ("code", "detail", "field")  # of a problem; the others are HTTP's

logger = logging.getLogger(__name__)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class Result(NamedTuple):
    """What came of one drawing.

    outcome: {"answer": as POST /v1/recognize answers} or {"error": {"code", "detail", "field"}}.
    An answer with unsure digits has "doubtful" beside it: where they stand, and what was seen.
    """

    place: Place
    outcome: dict[str, Any]

    def line(self, key: str) -> bytes:
        """Return it as a line of JSON; key: names the input."""
        return _ENCODER.encode({"input": key, **self.place, **self.outcome}).encode() + b"\n"


def answer_all(recognizer: Recognizer, drawings: Iterable[Asked]) -> Iterator[Result]:
    """Yield a result for each drawing, in their order."""
    left = iter(drawings)
    while chunk := list(islice(left, TOGETHER)):
        sound = [request for _, request in chunk if isinstance(request, RecognizeRequest)]
        outcomes = iter(_answers(recognizer, sound))
        for place, request in chunk:
            yield Result(
                place, failure(request) if isinstance(request, Exception) else next(outcomes)
            )


def failure(error: Exception) -> dict[str, Any]:
    """Return the outcome of what could not be answered; what nobody expected tells no detail."""
    if isinstance(error, UnusableInput):
        return {"error": {"code": error.code, "detail": str(error)}}
    problem = problem_body(error, "")
    return {"error": {name: problem[name] for name in ERROR_FIELDS if name in problem}}


def _answers(recognizer: Recognizer, requests: list[RecognizeRequest]) -> list[dict[str, Any]]:
    questions = [Question(r.drawing, r.model, r.candidates, r.single) for r in requests]
    try:
        answers = recognize_all(recognizer, questions)
    except Exception as error:
        if len(requests) == 1:
            logger.exception("A drawing could not be read")
            return [failure(error)]
        # One of them has found a fault of ours; the others are none the worse for it.
        return [outcome for request in requests for outcome in _answers(recognizer, [request])]
    return [
        failure(answer) if isinstance(answer, InklingError) else _answered(answer, request)
        for answer, request in zip(answers, requests, strict=True)
    ]


def _answered(readings: tuple[Reading, ...], request: RecognizeRequest) -> dict[str, Any]:
    outcome: dict[str, Any] = {"answer": readings_json(readings, trace=request.trace)}
    doubtful = [
        {"digit": place, "seen": seen_url(digit.picture)}
        for place, digit in enumerate(readings[0].digits)
        if digit.status is not Status.RECOGNIZED or digit.probability < SURE
    ]
    return outcome | {"doubtful": doubtful} if doubtful else outcome
