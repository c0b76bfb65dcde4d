"""Requests to send: digits of the project's own, as strokes, images and pixels."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.unit.digits import DIGITS, draw, encode

JSON = {"Content-Type": "application/json"}


def strokes(digit: str = "7") -> list[list[list[float]]]:
    """Return a digit's pen paths."""
    return [stroke.tolist() for stroke in DIGITS[digit]]


def image(digit: str = "7", kind: str = "PNG") -> bytes:
    """Return the file of an image of a digit."""
    return encode(draw(DIGITS[digit]), kind)


def pixels(digit: str = "7") -> list[list[int]]:
    """Return a digit as rows of numbers, 255 = ink, 56 x 56."""
    picture = draw(DIGITS[digit]).convert("L").resize((56, 56))
    rows: list[list[int]] = (255 - np.asarray(picture)).tolist()
    return rows


def base64_of(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def body(fields: Mapping[str, Any] | None = None, **more: Any) -> bytes:
    """Return a JSON body of these fields."""
    return json.dumps(dict(fields or {}) | more).encode()


def feedback(**fields: Any) -> bytes:
    """Return the body of sound feedback, these fields put over it."""
    return body({"strokes": strokes(), "label": "7", "consent": True} | fields)
