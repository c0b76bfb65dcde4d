"""Requests to send: digits of the project's own, as strokes, images and pixels."""

import base64
import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

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


def animation() -> bytes:
    """Return a PNG of two frames."""
    frames = [draw(DIGITS[digit], side_px=64, size_px=40, at=(8, 8)) for digit in ("1", "7")]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG whose header announces a large one."""
    data = bytearray(encode(Image.new("L", (8, 8))))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)
