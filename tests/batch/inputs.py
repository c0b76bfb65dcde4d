"""Inputs to read in bulk."""

import io
import json
import warnings
import zipfile
from collections.abc import Iterable
from typing import Any

from tests.http.bodies import image, strokes

SEVEN: dict[str, Any] = {"strokes": strokes("7")}


def lines(*bodies: dict[str, Any] | bytes) -> bytes:
    """Return JSON lines; what is bytes stands there as it is."""
    return b"".join(
        (body if isinstance(body, bytes) else json.dumps(body).encode()) + b"\n" for body in bodies
    )


def archive(entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file; a name may come twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        for name, data in entries:
            packed.writestr(name, data)
    return file.getvalue()


def encrypted(name: str) -> bytes:
    """Return a zip file whose one entry says that it is encrypted."""
    data = bytearray(archive([(name, image())]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)
