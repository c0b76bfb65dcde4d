"""Naughty strings in each place of a request that holds text."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from bench.campaigns.bad_input.cases import (
    AS_JSON,
    DIGIT,
    FEEDBACK,
    KEPT,
    READ,
    RECOGNIZE,
    REPEATED,
    STROKES,
    UNCHANGED,
    Case,
    feedback,
    is_name,
    post_fields,
    post_image,
)
from bench.campaigns.bad_input.naughty_strings import LONGER, naughty_strings
from bench.events import painted_png
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER
from export.mnist import LABELS

FIELD, UNKNOWN = "invalid_field", "unknown_model"
MODELS = {*ModelRegistry.load(MODELS_FOLDER).names, "all"}
PREDICTED = {"label": "7", "probability": 0.9, "model": "cnn", "version": "5f0c2a91"}
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
MOST_HEADER_BYTES = 4_000  # a gateway takes 10 KB of headers, and of a path
PLAIN = re.compile(r"[!-~]([ -~]*[!-~])?")  # what any gateway hands on as it is
PICTURE = painted_png()
FEEDBACK_BODY = post_fields("", FEEDBACK, feedback()).body


def string_cases() -> Iterator[Case]:
    """Yield every string in every place."""
    for text in naughty_strings():
        yield from _in_bodies(text)
        yield from _in_addresses(text)
        if "\r" not in text and "\n" not in text and len(text.encode()) <= MOST_HEADER_BYTES:
            yield from _in_headers(text)
    for text in LONGER:
        yield from _in_bodies(text)


def _in_bodies(text: str) -> Iterator[Case]:
    strokes = {"strokes": STROKES}
    outcome = _of_model(text)
    yield post_fields("model", RECOGNIZE, strokes | {"model": text}, outcome)
    if text not in {*strokes, "model", "single"}:
        yield post_fields("an unknown field", RECOGNIZE, strokes | {text: 1}, FIELD)
    image = ("invalid_base64", "unsupported_image")
    yield post_fields("image", RECOGNIZE, {"image": text}, *image)
    yield post_fields("image", RECOGNIZE, {"image": f"data:{text};base64,"}, *image)
    for name in ("strokes", "pixels"):
        yield post_fields(name, RECOGNIZE, {name: text}, FIELD)
    label = KEPT if text in LABELS else FIELD
    yield post_fields("label", FEEDBACK, feedback(label=text), label)
    yield post_fields("consent", FEEDBACK, feedback(consent=text), "consent_required")
    said = KEPT if is_name(text) else FIELD
    for name in ("label", "model", "version"):
        fields = feedback(predicted=PREDICTED | {name: text})
        yield post_fields(f"predicted/{name}", FEEDBACK, fields, said)
    fields = feedback(predicted=PREDICTED | {"probability": text})
    yield post_fields("predicted/probability", FEEDBACK, fields, FIELD)


def _in_addresses(text: str) -> Iterator[Case]:
    quoted = quote(text.encode(), safe="")
    if len(quoted) > MOST_HEADER_BYTES:
        return
    for name, outcome in {
        "model": _of_model(text),
        "candidates": READ if re.fullmatch("0*([1-9]|10)", text) else FIELD,
        "single": READ if text in {"true", "false"} else FIELD,
        "trace": READ if text in {"true", "false"} else FIELD,
    }.items():
        yield _image_with_query(f"query: {name}", f"{name}={quoted}", outcome)
    yield _image_with_query("query: an unknown name", f"{quoted}=1", FIELD)
    if text.strip("/") and text not in {".", ".."}:  # these are other addresses
        shown = READ if text in MODELS - {"all"} else UNKNOWN
        yield Case("path: model", "GET", f"/v1/models/{quoted}", expected=frozenset({shown}))
        address = f"{FEEDBACK}/{quoted}"
        yield Case("path: receipt", "DELETE", address, expected=frozenset({"not_found"}))


def _in_headers(text: str) -> Iterator[Case]:
    plain = PLAIN.fullmatch(text) is not None
    key = {KEPT, REPEATED} if KEY.fullmatch(text) else {FIELD}
    expected = frozenset(key if plain else {KEPT, REPEATED, FIELD})
    yield _feedback_with("Idempotency-Key", text, expected)
    yield _feedback_with("Origin", text, frozenset({KEPT}))
    yield _feedback_with("Origin", f"https://{text}.example", frozenset({KEPT}))
    yield _feedback_with("User-Agent", text, frozenset({KEPT}))
    for content_type in (text, f"{text}/json", f"image/{text}", f"application/json{text}x"):
        refused = frozenset({"unsupported_media_type"})
        if content_type.partition(";")[0].strip().lower() != "application/json":
            yield _feedback_with("Content-Type", content_type, refused)
    with_parameter = f"application/json; charset={text}"
    yield _feedback_with("Content-Type", with_parameter, frozenset({KEPT}))
    tagged = frozenset({READ, UNCHANGED})
    yield Case("If-None-Match", "GET", "/v1/models", b"", {"If-None-Match": text}, tagged)


def _of_model(text: str) -> str:
    if text in MODELS:
        return READ
    return UNKNOWN if is_name(text) else FIELD


def _image_with_query(name: str, query: str, outcome: str) -> Case:
    posted = post_image(name, PICTURE, outcome, digit=DIGIT)
    return Case(
        name, "POST", f"{RECOGNIZE}?{query}", posted.body, posted.headers, posted.expected, DIGIT
    )


def _feedback_with(header: str, text: str, expected: frozenset[str]) -> Case:
    headers = AS_JSON | {header: text}
    return Case(header, "POST", FEEDBACK, FEEDBACK_BODY, headers, expected)
