"""What callers may ask, checked field by field."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.errors import (
    ConsentRequired,
    InvalidField,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from chalicelib.http.drawings import DRAWING_FIELDS, parse_drawing, read_image
from chalicelib.http.strict_json import parse_json
from chalicelib.limits import (
    DEFAULT_CANDIDATES,
    MAX_BODY_BYTES,
    MAX_CANDIDATES,
    MAX_NAME_CHARACTERS,
    NAME_PATTERN,
)
from chalicelib.recognition.drawing import Drawing

JSON_TYPE = "application/json"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
FEEDBACK_FIELDS = ("label", "predicted", "consent")
PREDICTED_FIELDS = ("label", "probability", "model", "version")
IDEMPOTENCY_KEY_PATTERN = "^[A-Za-z0-9_-]{8,64}$"
_NAME = re.compile(NAME_PATTERN)
_IDEMPOTENCY_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)
_WORDS = {"true": True, "false": False}


class RecognizeRequest(NamedTuple):
    """A drawing to be read. The fields are those of API.md."""

    drawing: Drawing
    model: str | None
    candidates: int
    single: bool
    trace: bool


class FeedbackRequest(NamedTuple):
    """What somebody says about a drawing, with their consent.

    body_sha256: digest of the body's JSON, the same however it is spaced and its names ordered.
    """

    drawing: Drawing
    label: str | None
    predicted: Mapping[str, str | float] | None
    body_sha256: str
    idempotency_key: str | None


def parse_recognize(
    content_type: str | None, body: bytes, query: Mapping[str, Sequence[str]]
) -> RecognizeRequest:
    """Return a request to read a drawing, sent as JSON or as an image file.

    query: the values of each query parameter, which hold the options of an image file. Raises
    the errors of a request: all but NotFound, MethodNotAllowed and those of the store.
    """
    media_type = media_type_of(content_type, (JSON_TYPE, *IMAGE_TYPES))
    if media_type == JSON_TYPE:
        if query:
            raise InvalidField(pointer_to(next(iter(query))), "Options stand in the JSON body.")
        return recognize_request(parse_object(body))
    _require_size(body)
    options = _options(_query_fields(query))
    return RecognizeRequest(read_image(body), **options)


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object. Raises PayloadTooLarge, those of JSON, InvalidField."""
    _require_size(body)
    fields = parse_json(body)
    if type(fields) is not dict:
        raise InvalidField("", "The body must be a JSON object.")
    return fields


def recognize_request(fields: Mapping[str, Any]) -> RecognizeRequest:
    """Return the request that the members of a JSON body are. Raises what they may get wrong."""
    require_known(fields, DRAWING_FIELDS + tuple(_OPTIONS))
    options = _options(fields)
    return RecognizeRequest(parse_drawing(fields), **options)


def image_request(image: bytes) -> RecognizeRequest:
    """Return the request that an image file without options is. Raises as `read_image` does."""
    _require_size(image)
    return RecognizeRequest(read_image(image), **_options({}))


def parse_feedback(
    content_type: str | None, body: bytes, idempotency_key: str | None, labels: Sequence[str]
) -> FeedbackRequest:
    """Return feedback, checked. labels: those that the default model knows.

    Raises the errors of a request: all but NotFound, MethodNotAllowed and those of the store.
    """
    media_type_of(content_type, (JSON_TYPE,))
    fields = parse_object(body)
    require_known(fields, DRAWING_FIELDS + FEEDBACK_FIELDS)
    if fields.get("consent") is not True:
        raise ConsentRequired
    if idempotency_key is not None and not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
        raise InvalidField(None, "Idempotency-Key must be 8 to 64 of A-Z a-z 0-9 _ -.")
    label = _label(fields, labels)
    predicted = _predicted(fields["predicted"]) if "predicted" in fields else None
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return FeedbackRequest(parse_drawing(fields), label, predicted, digest, idempotency_key)


def media_type_of(content_type: str | None, supported: tuple[str, ...]) -> str:
    """Return the media type without parameters, in lower case. Raises UnsupportedMediaType."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type not in supported:
        raise UnsupportedMediaType(content_type, supported)
    return media_type


def _require_size(body: bytes) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge(len(body), MAX_BODY_BYTES)


def require_known(fields: Mapping[str, Any], known: tuple[str, ...], parent: str = "") -> None:
    """Raise InvalidField for a member that is none; parent: the pointer of their object."""
    for name in fields:
        if name not in known:
            raise InvalidField(
                parent + pointer_to(name), f"There is no such field; there are {', '.join(known)}."
            )


def pointer_to(name: str) -> str:
    """Return the JSON pointer to a member (RFC 6901); to its object if the name is a long one."""
    if len(name) > MAX_NAME_CHARACTERS:
        return ""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _query_fields(query: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return query parameters as the JSON values they stand for; what stands for none stays."""
    fields: dict[str, Any] = {}
    for name, values in query.items():
        if len(values) != 1:
            raise InvalidField(pointer_to(name), "A query parameter may be given only once.")
        fields[name] = values[0]
    require_known(fields, tuple(_OPTIONS))
    for name in ("single", "trace"):
        if name in fields:
            fields[name] = _WORDS.get(fields[name], fields[name])
    if re.fullmatch("[0-9]{1,9}", fields.get("candidates", "")):
        fields["candidates"] = int(fields["candidates"])
    return fields


def _options(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return model, candidates, single and trace, each as given or its default."""
    for name, (_, check, expected) in _OPTIONS.items():
        if name in fields and not check(fields[name]):
            raise InvalidField(f"/{name}", f"{name} must be {expected}.")
    return {name: fields.get(name, default) for name, (default, _, _) in _OPTIONS.items()}


def _is_name(value: object) -> bool:
    return (
        type(value) is str
        and 1 <= len(value) <= MAX_NAME_CHARACTERS
        and _NAME.fullmatch(value) is not None
    )


def _is_count(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_CANDIDATES


def _is_boolean(value: object) -> bool:
    return type(value) is bool


def _is_probability(value: object) -> bool:
    return (type(value) is int or type(value) is float) and 0 <= value <= 1


def _label(fields: Mapping[str, Any], labels: Sequence[str]) -> str | None:
    label = fields.get("label", False)
    if label is not None and (type(label) is not str or label not in labels):
        raise InvalidField("/label", f"label must be null or one of {', '.join(labels)}.")
    return label


def _predicted(value: object) -> dict[str, str | float]:
    if type(value) is not dict:
        raise InvalidField("/predicted", "predicted must be an object.")
    require_known(value, PREDICTED_FIELDS, "/predicted")
    for name in PREDICTED_FIELDS:
        check = _is_probability if name == "probability" else _is_name
        if name not in value or not check(value[name]):
            expected = "a number from 0 to 1" if name == "probability" else "a short string"
            raise InvalidField(f"/predicted/{name}", f"{name} must be given, as {expected}.")
    return value


_OPTIONS: dict[str, tuple[Any, Callable[[object], bool], str]] = {
    "model": (None, _is_name, "the name of a model"),
    "candidates": (
        DEFAULT_CANDIDATES,
        _is_count,
        f"an integer from 1 to {MAX_CANDIDATES}",
    ),
    "single": (False, _is_boolean, "true or false"),
    "trace": (False, _is_boolean, "true or false"),
}
