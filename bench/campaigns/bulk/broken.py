"""Inputs that are broken, each with the code that its result must have."""

import base64
import json
import struct

from bench.compressed import archive_of
from chalicelib.limits import MAX_BODY_BYTES

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
SEVEN = [[[0, 0], [60, 0], [25, 100]]]


def _image(data: bytes) -> bytes:
    return json.dumps({"image": base64.b64encode(data).decode()}).encode()


# Each may be the first line, and an input that begins otherwise is unsupported as a whole.
LINES: tuple[tuple[bytes, str], ...] = (
    (b'{"strokes": [[[1, 2]', "invalid_json"),
    (b'{"strokes": "\xff\xfe"}', "invalid_json"),
    (b'{"strokes": [[[1, NaN]]]}', "invalid_json"),
    (b'{"strokes": ' + b"[" * 50, "json_too_deep"),
    (b'{"strokes": []}', "empty_drawing"),
    (b'{"pixels": [1, 2, 3]}', "invalid_field"),
    (b'{"strokes": [[[1, 2]]], "image": ""}', "invalid_field"),
    (b'{"image": "***"}', "invalid_base64"),
    (_image(GIF), "unsupported_image"),
    (json.dumps({"strokes": SEVEN, "model": "oracle"}).encode(), "unknown_model"),
    (b'{"strokes": [[' + b"[1, 2], " * (MAX_BODY_BYTES // 8) + b"]]}", "payload_too_large"),
)
ENTRIES: tuple[tuple[bytes, str], ...] = (
    (b"", "unsupported_image"),
    (b"no image at all", "unsupported_image"),
    (GIF, "unsupported_image"),
    (b"\x89PNG\r\n\x1a\n" + bytes(30), "invalid_image"),
    (bytes(MAX_BODY_BYTES + 1), "payload_too_large"),
    (archive_of([("a.png", b"\x89PNG")]), "nested_archive"),
)
OBJECTS: tuple[tuple[bytes, str], ...] = (
    (b"", "empty_input"),
    (GIF, "unsupported_input"),
    (b"\x89PNG\r\n\x1a\n" + bytes(30), "invalid_image"),
    (b"PK\x03\x04" + struct.pack("<I", 20), "invalid_archive"),
)
MESSAGES = ("", "[]", '{"part": {"source": []}}', '{"Records": [{"s3": {}}]}')  # for the queue
