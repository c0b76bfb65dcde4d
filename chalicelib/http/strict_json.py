"""JSON as RFC 8259 has it, without what Python's parser lets through.

Refused besides bad syntax: NaN and Infinity, duplicate names, lone surrogates, bytes that are not
UTF-8 (or begin with a byte order mark), and nesting deep enough to exhaust the parser.
"""

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from chalicelib.errors import InvalidJson, JsonTooDeep
from chalicelib.limits import MAX_JSON_DEPTH

LARGE_BYTES = 65_536  # of a body for which it pays to hold the garbage collector back
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKETS = b"[{]}"
_NO_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_STEPS = np.zeros(256, np.int32)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1


def parse_json(body: bytes) -> object:
    """Return the value that a body holds. Raises JsonTooDeep, InvalidJson.

    A number beyond what a float holds comes back as infinity, to be refused where it stands.
    """
    if depth_of(body) > MAX_JSON_DEPTH:
        raise JsonTooDeep(MAX_JSON_DEPTH)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJson("it is not UTF-8") from error
    if len(body) < LARGE_BYTES:
        value = _decode(text)
    else:
        with _no_collection():
            value = _decode(text)
    if "\\u" in text:
        _require_whole_characters(value)
    return value


def depth_of(body: bytes) -> int:
    """Return how deep brackets nest, those within strings left out, without parsing."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    return int(_STEPS[np.frombuffer(brackets, np.uint8)].cumsum().max(initial=0))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from searching for cycles, of which JSON has none.

    Of 50,000 points that would take a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decode(text: str) -> object:
    try:
        return _decode_with(_DECODER, text)
    except ValueError:  # an integer of more digits than Python converts
        return _decode_with(_BIG_NUMBER_DECODER, text)


def _decode_with(decoder: json.JSONDecoder, text: str) -> object:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidJson(f"{error.msg}, line {error.lineno} column {error.colno}") from error


def _whole_number(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise InvalidJson("a name stands twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not a JSON number")


def _require_whole_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidJson("an escape stands for half a character") from error


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
_BIG_NUMBER_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_whole_number
)
