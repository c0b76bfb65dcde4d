"""The rows of the API's table of errors, each as requests that meet it.

Five rows are not here: `idempotency_conflict` takes two requests (see `stateful`), `rate_limited`
is the gateway's own, `internal_error` and `storage_unavailable` take a broken server, `unavailable`
a broken candidate.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bench.campaigns.bad_input.cases import (
    FEEDBACK,
    RECOGNIZE,
    STROKES,
    Case,
    feedback,
    post_base64,
    post_fields,
    post_image,
    post_json,
)
from bench.campaigns.bad_input.png_files import announced, two_frames
from bench.events import painted_png
from chalicelib.limits import MAX_BODY_BYTES, MAX_DIGITS

DOT = b'{"strokes": [[[1, 2]]]'
NOT_UTF_8 = "not UTF-8"
MENDED = "unknown_model"  # what that is where a gateway hands bodies over as text
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
NO_INK: dict[str, dict[str, object]] = {
    "no stroke": {"strokes": []},
    "strokes without a point": {"strokes": [[], []]},
    "rows without ink": {"pixels": [[0] * 28] * 28},
    "flat without ink": {"pixels": [0] * 784},
}


INVALID_JSON = {
    "empty": b"",
    "cut off": DOT,
    "trailing comma": DOT + b",}",
    "NaN": b'{"strokes": [[[NaN, 2]]]}',
    "Infinity": b'{"strokes": [[[Infinity, 2]]]}',
    "-Infinity": b'{"strokes": [[[-Infinity, 2]]]}',
    "duplicate name": DOT + b', "strokes": [[[1, 2]]]}',
    NOT_UTF_8: DOT + b', "model": "\xff"}',
    "byte order mark": b"\xef\xbb\xbf" + DOT + b"}",
    "lone surrogate": DOT + b', "model": "\\ud800"}',
}
WRONG_METHODS = (
    ("GET", "/v1/recognize"),
    ("PUT", "/v1/feedback"),
    ("GET", "/v1/feedback/abc"),
    ("POST", "/v1/models"),
    ("PATCH", "/v1/health"),
    ("DELETE", "/v1/openapi.json"),
)


class Row(NamedTuple):
    """A request, and the problem that it meets. field: what the answer's `field` is to be."""

    case: Case
    status: int
    code: str
    field: str | None = None


def problem_table() -> Iterator[Row]:
    """Yield every row that one request meets by itself."""
    yield from _json_rows()
    yield from _address_rows()
    yield from _size_rows()
    yield from _media_rows()
    yield from _image_rows()
    yield from _field_rows()
    yield from _feedback_rows()


def _row(case: Case, status: int, code: str, field: str | None = None) -> Row:
    return Row(
        replace(case, name=f"{code}: {case.name}", expected=frozenset({code})), status, code, field
    )


def _json_rows() -> Iterator[Row]:
    for name, text in INVALID_JSON.items():
        row = _row(post_json(name, RECOGNIZE, text), 400, "invalid_json")
        if name == NOT_UTF_8:
            row = row._replace(case=replace(row.case, expected=row.case.expected | {MENDED}))
        yield row
    for name, text in {
        "one too many": b"[" * 17,
        "arrays": b"[" * 100_000,
        "objects": b'{"a":' * 50_000,
    }.items():
        yield _row(post_json(name, RECOGNIZE, text), 400, "json_too_deep")
    for image in ("%%%%", "iVBORw0", "iVBO Rw0K", "data:image/png,abcd", "\u00e9"):
        case = post_fields(image, RECOGNIZE, {"image": image})
        yield _row(case, 400, "invalid_base64", "/image")


def _address_rows() -> Iterator[Row]:
    fields = {"strokes": STROKES, "model": "oracle"}
    asked = post_fields("asked", RECOGNIZE, fields)
    yield _row(asked, 404, "unknown_model", "/model")
    shown = Case("shown", "GET", "/v1/models/oracle")
    yield _row(shown, 404, "unknown_model", "/model")
    for path in ("/", "/v1", "/v3/recognize", "/v1/models/cnn/weights", "/a/b/c/d"):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            yield _row(Case(f"{method} {path}", method, path), 404, "not_found")
    unheard = f"{FEEDBACK}/20260301-{'0' * 32}-{'A' * 43}"
    yield _row(Case("no such feedback", "DELETE", unheard), 404, "not_found")
    for method, path in WRONG_METHODS:
        yield _row(Case(f"{method} {path}", method, path), 405, "method_not_allowed")


def _size_rows() -> Iterator[Row]:
    """Yield bodies of one byte too many; the size is judged before the content."""
    sound = post_fields("spaces", RECOGNIZE, {"strokes": STROKES})
    padded = replace(sound, body=sound.body.ljust(MAX_BODY_BYTES + 1))
    yield _row(padded, 413, "payload_too_large")
    image = post_image("an image", bytes(MAX_BODY_BYTES + 1))
    yield _row(image, 413, "payload_too_large")


def _media_rows() -> Iterator[Row]:
    sound = post_fields("", RECOGNIZE, {"strokes": STROKES})
    for name, headers in {
        "missing": {},
        "blank": {"Content-Type": ""},
        "text": {"Content-Type": "text/plain"},
        "another image": {"Content-Type": "image/gif"},
    }.items():
        case = replace(sound, name=name, headers=headers)
        yield _row(case, 415, "unsupported_media_type")
    image = replace(post_image("feedback as an image", painted_png()), path=FEEDBACK)
    yield _row(image, 415, "unsupported_media_type")


def _image_rows() -> Iterator[Row]:
    """Yield images that are not read: what one is, its bytes say, not its name."""
    for name, data, status, code in (
        ("GIF", GIF, 415, "unsupported_image"),
        ("half a PNG", painted_png()[:400], 422, "invalid_image"),
        ("4097 x 8", announced(4097, 8), 422, "image_too_large"),
        ("8 x 4097", announced(8, 4097), 422, "image_too_large"),
        ("2001 x 2000", announced(2001, 2000), 422, "image_too_large"),
        ("60000 x 60000", announced(60_000, 60_000), 422, "image_too_large"),
        ("two frames", two_frames(), 422, "animated_image"),
    ):
        yield _row(post_base64(f"{name} in base64", data), status, code)
        yield _row(post_image(f"{name} as the body", data), status, code)


def _field_rows() -> Iterator[Row]:
    """Yield one wrong field of each kind; the parsing of all is tested by itself."""
    fields: dict[str, object] = {"strokes": STROKES, "candidates": "3"}
    case = post_fields("a count as text", RECOGNIZE, fields)
    yield _row(case, 422, "invalid_field", "/candidates")
    for name, none in NO_INK.items():
        yield _row(post_fields(name, RECOGNIZE, none), 422, "empty_drawing")
        said = post_fields(f"feedback, {name}", FEEDBACK, none | {"label": "7", "consent": True})
        yield _row(said, 422, "empty_drawing")
    ones = [[[100 * i, 0], [100 * i, 80]] for i in range(MAX_DIGITS + 1)]
    case = post_fields("a row of 1", RECOGNIZE, {"strokes": ones})
    yield _row(case, 422, "too_many_digits")


def _feedback_rows() -> Iterator[Row]:
    for consent in (False, 1, "true"):
        case = post_fields(f"{consent!r}", FEEDBACK, feedback(consent=consent))
        yield _row(case, 422, "consent_required", "/consent")
    without = {name: value for name, value in feedback().items() if name != "consent"}
    case = post_fields("none", FEEDBACK, without)
    yield _row(case, 422, "consent_required", "/consent")
