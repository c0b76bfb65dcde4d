"""A request beside what must come of it."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.events import JSON, PNG, SEVEN
from bench.transports import Answer
from chalicelib.http.problems import PROBLEM_TYPE
from chalicelib.limits import MAX_NAME_CHARACTERS, NAME_PATTERN

RECOGNIZE = "/v1/recognize"
FEEDBACK = "/v1/feedback"
STROKES = [SEVEN]
DIGIT = "7"  # what SEVEN, and every picture made of it, shows
READ, KEPT, REPEATED, WITHDRAWN, UNCHANGED = "200", "201", "200", "204", "304"
AS_JSON = {"Content-Type": JSON}


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and what is known of its answer beside that it is documented.

    expected: the outcomes that are right, see `outcome_of`; none where any documented one is.
    digit: the best guess that an answer of 200 must give.
    """

    name: str
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    expected: frozenset[str] = frozenset()
    digit: str | None = None


def is_name(text: str) -> bool:
    """Tell whether a model, a label or a version might be called so."""
    return 1 <= len(text) <= MAX_NAME_CHARACTERS and re.fullmatch(NAME_PATTERN, text) is not None


def outcome_of(answer: Answer) -> str:
    """Return a problem's code, or the status of any other answer."""
    if answer.headers.get("content-type") != PROBLEM_TYPE:
        return str(answer.status)
    try:
        return str(answer.json["code"])
    except (ValueError, LookupError, TypeError):
        return f"{answer.status} without a code"


def post_json(name: str, path: str, body: bytes, *expected: str) -> Case:
    """Return the case of a body that is, or claims to be, JSON."""
    return Case(name, "POST", path, body, AS_JSON, frozenset(expected))


def post_fields(name: str, path: str, fields: Mapping[str, object], *expected: str) -> Case:
    """Return the case of a JSON object."""
    return post_json(name, path, json.dumps(fields, ensure_ascii=False).encode(), *expected)


def post_image(
    name: str, data: bytes, *expected: str, digit: str | None = None, content_type: str = PNG
) -> Case:
    """Return the case of an image file as the body itself."""
    headers = {"Content-Type": content_type}
    return Case(name, "POST", RECOGNIZE, data, headers, frozenset(expected), digit)


def post_base64(name: str, data: bytes, *expected: str, digit: str | None = None) -> Case:
    """Return the case of an image file as a field of JSON."""
    body = json.dumps({"image": base64.b64encode(data).decode()}).encode()
    return Case(name, "POST", RECOGNIZE, body, AS_JSON, frozenset(expected), digit)


def feedback(**fields: object) -> dict[str, object]:
    """Return the fields of sound feedback, these put over it."""
    return {"strokes": STROKES, "label": DIGIT, "consent": True} | fields
