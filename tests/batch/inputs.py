"""Inputs to read in bulk."""

import json
from typing import Any

from bench.compressed import archive_of
from tests.http.bodies import image, strokes

SEVEN: dict[str, Any] = {"strokes": strokes("7")}


def lines(*bodies: dict[str, Any] | bytes) -> bytes:
    """Return JSON lines; what is bytes stands there as it is."""
    return b"".join(
        (body if isinstance(body, bytes) else json.dumps(body).encode()) + b"\n" for body in bodies
    )


def encrypted(name: str) -> bytes:
    """Return a zip file whose one entry says that it is encrypted."""
    data = bytearray(archive_of([(name, image())]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)
