"""What is sent to the worker that is soaked: drawings in every form, mistakes, feedback."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.accepted import Rng
from bench.events import JSON, PNG, proxy_event
from bench.own_digits import OwnDigit, draw_own

DRAWINGS = 40
JPEG = "image/jpeg"
RECOGNIZE = "/v1/recognize"
MODELS = (None, "cnn", "perceptron", "all")
MISTAKES: tuple[tuple[bytes, str, int], ...] = (
    (b"{", JSON, 400),
    (b"[" * 10_000, JSON, 400),
    (b'{"strokes": [[[1, 2]]], "strokes": [[[1, 2]]]}', JSON, 400),
    (b'{"image": "%%%"}', JSON, 400),
    (b'{"strokes": [[[1, 2], [3, 4]]], "model": "none"}', JSON, 404),
    (b"GIF89a" + bytes(64), PNG, 415),
    (b"seven", "text/plain", 415),
    (b'{"strokes": []}', JSON, 422),
    (b'{"strokes": [[[1, "2"]]]}', JSON, 422),
    (b"\x89PNG\r\n\x1a\n" + bytes(64), PNG, 422),
)
MISTAKEN = 0.1  # for each prediction


@dataclass(frozen=True, slots=True)
class Sent:
    """An event, JSON, and the status that it must be answered with."""

    event: bytes
    status: int = 200


def predictions(rng: Rng) -> list[Sent]:
    """Return drawings as strokes, PNG, JPEG and pixels, read by one model or by all of them."""
    drawn = draw_own(DRAWINGS, rng)
    return [Sent(make(each, rng)) for each in drawn for make in MAKERS]


def mistakes() -> list[Sent]:
    """Return requests that must be refused."""
    return [
        Sent(proxy_event("POST", RECOGNIZE, body, kind), status) for body, kind, status in MISTAKES
    ]


def feedback(number: int, rng: Rng) -> bytes:
    """Return the event of a piece of feedback that no other is like."""
    (digit,) = draw_own(1, rng)
    fields: dict[str, Any] = {"strokes": digit.strokes, "label": digit.text[0], "consent": True}
    if number % 2:
        fields |= {"image": base64.b64encode(digit.png()).decode()}
        del fields["strokes"]
    return proxy_event("POST", "/v1/feedback", json.dumps(fields).encode())


def withdrawal(receipt: str) -> bytes:
    """Return the event that takes feedback back."""
    return proxy_event("DELETE", "/v1/feedback/{receipt}", receipt=receipt)


def _strokes(digit: OwnDigit, rng: Rng) -> bytes:
    return _json({"strokes": digit.strokes}, rng)


def _image_in_json(digit: OwnDigit, rng: Rng) -> bytes:
    return _json({"image": base64.b64encode(digit.png()).decode(), "trace": True}, rng)


def _pixels(digit: OwnDigit, rng: Rng) -> bytes:
    small = digit.image().resize((84, 84))
    return _json({"pixels": (255 - np.asarray(small)).tolist()}, rng)


def _png_body(digit: OwnDigit, rng: Rng) -> bytes:  # noqa: ARG001 - as all makers
    return proxy_event("POST", RECOGNIZE, digit.png(), PNG)


def _jpeg_body(digit: OwnDigit, rng: Rng) -> bytes:  # noqa: ARG001 - as all makers
    file = io.BytesIO()
    digit.image().save(file, "JPEG")
    return proxy_event("POST", RECOGNIZE, file.getvalue(), JPEG)


MAKERS: tuple[Callable[[OwnDigit, Rng], bytes], ...] = (
    _strokes,
    _strokes,
    _image_in_json,
    _pixels,
    _png_body,
    _jpeg_body,
)


def _json(fields: dict[str, Any], rng: Rng) -> bytes:
    model = MODELS[rng.integers(len(MODELS))]
    named = {} if model is None else {"model": model}
    return proxy_event("POST", RECOGNIZE, json.dumps(fields | named).encode())
