"""The JSON of stored objects, read as if anybody could have written it."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from chalicelib.errors import InvalidField, UnusableHead
from chalicelib.stores.store import Reader

MAX_TEXT_CHARACTERS = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")

Check = Callable[[Any], bool]


def encode_object(content: Mapping[str, object]) -> bytes:
    """Return the JSON of an object, the same bytes for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def decode_object(data: bytes, where: str, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Return an object that has exactly the fields of `checks`, each as its check wants it.

    where: names the object in errors. Raises UnusableHead.
    """
    try:
        found = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnusableHead(where, f"is not JSON ({error})") from error
    if type(found) is not dict or found.keys() != checks.keys():
        raise UnusableHead(where, f"must be an object of {', '.join(checks)}")
    for name, check in checks.items():
        if not check(found[name]):
            raise UnusableHead(where, f"has an unusable {name}")
    return found


def read_named(reader: Reader, key: str, sha256: str) -> bytes:
    """Return an object that is named by its content. Raises UnusableHead, StorageUnavailable."""
    blob = reader.get(key)
    if blob is None:
        raise UnusableHead(key, "is missing")
    if hashlib.sha256(blob.data).hexdigest() != sha256:
        raise UnusableHead(key, "is damaged: its content is not what its name says")
    return blob.data


def is_text(value: object) -> bool:
    """Whether `value` is 1 to 200 printable characters, not all of them spaces."""
    return (
        type(value) is str
        and len(value) <= MAX_TEXT_CHARACTERS
        and value.isprintable()
        and not value.isspace()
        and value != ""
    )


def require_text(name: str, value: object) -> None:
    """Raise InvalidField unless `value`, which somebody gave as `name`, is such a text."""
    if not is_text(value):
        raise InvalidField(
            f"/{name}", f"{name} must be 1 to {MAX_TEXT_CHARACTERS} printable characters."
        )


def is_sha256(value: object) -> bool:
    """Whether `value` is a SHA-256 digest in lower-case hex."""
    return type(value) is str and _SHA256.fullmatch(value) is not None


def is_time(value: object) -> bool:
    """Whether `value` is an ISO 8601 time with its offset."""
    try:
        return type(value) is str and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_object(value: object) -> bool:
    """Whether `value` is a JSON object."""
    return type(value) is dict


def is_boolean(value: object) -> bool:
    """Whether `value` is true or false."""
    return type(value) is bool


def optional(check: Check) -> Check:
    """Return a check that takes null, too."""
    return lambda value: value is None or check(value)


def object_of(check: Check) -> Check:
    """Return a check for an object whose names are texts and whose values pass `check`."""
    return lambda value: (
        type(value) is dict and all(map(is_text, value)) and all(map(check, value.values()))
    )


def equals(expected: object) -> Check:
    """Return a check for one value of one type."""
    return lambda value: type(value) is type(expected) and value == expected


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
