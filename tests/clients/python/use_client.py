"""Uses the generated Python client as a caller would, and prints what came of it as JSON.

Arguments: the API's address, and the file of an image.
"""

import base64
import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

from inkling_client import Client
from inkling_client.api.feedback import submit_feedback, withdraw_feedback
from inkling_client.api.models import list_models, show_model
from inkling_client.api.recognition import recognize
from inkling_client.api.service import show_health
from inkling_client.models import (
    FeedbackStrokes,
    Health,
    Model,
    ModelList,
    Predicted,
    Problem,
    Receipt,
    RecognizeAnswer,
    RecognizeFlatPixels,
    RecognizeImage,
    RecognizePixels,
    RecognizeStrokes,
)
from inkling_client.types import File, Response

SEVEN = [[[10.0, 10.0], [60.0, 10.0], [30.0, 90.0]]]
KEY = "python-client"


def text_of(answer: RecognizeAnswer | Problem | None) -> str:
    """Return the text that was read."""
    assert isinstance(answer, RecognizeAnswer), answer
    return answer.text


def problem_of(response: Response[Any]) -> str:
    """Return status and code of a problem."""
    assert isinstance(response.parsed, Problem), response
    assert response.headers["X-Request-Id"] == response.parsed.request_id
    return f"{response.status_code.value} {response.parsed.code.value}"


def read(client: Client, image: bytes) -> dict[str, object]:
    """Have drawings of every kind read."""
    answer = recognize.sync(client=client, body=RecognizeStrokes(strokes=SEVEN, candidates=2))
    assert isinstance(answer, RecognizeAnswer), answer
    (digit,) = answer.digits
    in_base64 = RecognizeImage(image=base64.b64encode(image).decode(), model="all")
    every = recognize.sync(client=client, body=in_base64)
    assert isinstance(every, RecognizeAnswer), every
    with_trace = RecognizeImage(image=in_base64.image, trace=True)
    traced = recognize.sync(client=client, body=with_trace)
    assert isinstance(traced, RecognizeAnswer), traced
    rows = [[255.0 if 6 <= x < 8 and 2 <= y < 12 else 0.0 for x in range(14)] for y in range(14)]
    flat = [0.0] * 784
    for row in range(4, 24):
        flat[row * 28 + 14] = flat[row * 28 + 15] = 255.0
    return {
        "strokes": answer.text,
        "status": digit.status.value,
        "guesses": [candidate.label for candidate in digit.candidates],
        "width": digit.box.width,
        "base64": every.text,
        "models": [reading.name for reading in every.models],
        "seen": str(traced.digits[0].seen)[:22],
        "rows": text_of(recognize.sync(client=client, body=RecognizePixels(pixels=rows))),
        "flat": text_of(recognize.sync(client=client, body=RecognizeFlatPixels(pixels=flat))),
    }


def read_file(client: Client, image: Path) -> str:
    """Have an image read as it lies in its file, with an option in the query."""
    with image.open("rb") as file:
        return text_of(recognize.sync(client=client, body=File(payload=file), candidates=1))


def give_feedback(client: Client) -> dict[str, object]:
    """Give feedback twice, once more with another body, and take it back twice."""
    said = FeedbackStrokes(strokes=SEVEN, label="7", consent=True)
    said.predicted = Predicted(label="7", probability=0.98, model="cnn", version="5bfbc8b0")
    first = submit_feedback.sync_detailed(client=client, body=said, idempotency_key=KEY)
    again = submit_feedback.sync_detailed(client=client, body=said, idempotency_key=KEY)
    assert isinstance(first.parsed, Receipt), first
    other = FeedbackStrokes(strokes=SEVEN, label=None, consent=True)
    refused = submit_feedback.sync_detailed(client=client, body=other, idempotency_key=KEY)
    receipt = first.parsed.receipt
    gone = withdraw_feedback.sync_detailed(receipt, client=client)
    assert gone.status_code is HTTPStatus.NO_CONTENT, gone
    return {
        "statuses": [first.status_code.value, again.status_code.value],
        "same receipt": again.parsed == first.parsed,
        "another body": problem_of(refused),
        "withdrawn again": problem_of(withdraw_feedback.sync_detailed(receipt, client=client)),
    }


def meet_problems(client: Client) -> dict[str, object]:
    """Send what is refused."""
    empty = recognize.sync_detailed(client=client, body=RecognizeStrokes(strokes=[]))
    wrong = recognize.sync_detailed(
        client=client, body=RecognizeStrokes(strokes=SEVEN, candidates=11)
    )
    assert isinstance(wrong.parsed, Problem), wrong
    return {
        "empty": problem_of(empty),
        "candidates": problem_of(wrong),
        "field": wrong.parsed.field,
        "model": problem_of(show_model.sync_detailed("oracle", client=client)),
    }


def look(client: Client) -> dict[str, object]:
    """Read what can be read."""
    models = list_models.sync_detailed(client=client)
    assert isinstance(models.parsed, ModelList), models
    known = list_models.sync_detailed(client=client, if_none_match=models.headers["ETag"])
    model = show_model.sync(models.parsed.default, client=client)
    assert isinstance(model, Model), model
    health = show_health.sync(client=client)
    assert isinstance(health, Health), health
    return {
        "default": model.name,
        "labels": model.labels,
        "head": model.head,
        "measured": sorted(model.figures.additional_properties),
        "known": known.status_code.value,
        "health": health.status,
    }


def main(address: str, image: Path) -> None:
    """Try everything."""
    with Client(base_url=address, raise_on_unexpected_status=True) as client:
        found = {
            "read": read(client, image.read_bytes()) | {"file": read_file(client, image)},
            "feedback": give_feedback(client),
            "problems": meet_problems(client),
            "look": look(client),
        }
    print(json.dumps(found))


main(sys.argv[1], Path(sys.argv[2]))
