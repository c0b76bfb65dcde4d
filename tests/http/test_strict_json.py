"""Strict JSON: what is refused, what is not, and that depth is told without parsing."""

import gc
import json
import random
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.errors import InvalidJson, JsonTooDeep
from chalicelib.http.strict_json import LARGE_BYTES, depth_of, parse_json
from chalicelib.limits import MAX_JSON_DEPTH

SEED = 20260301


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "depth"),
    [
        (b"1", 0),
        (b"[]", 1),
        (b'{"a": [1, {"b": 2}]}', 3),
        (b'"[[[["', 0),
        (rb'["\"[[[["]', 1),
        (rb'["\\", [1]]', 2),
        (b'["[[[[', 1),
        (rb'["[[\\', 1),
        ('["é[["]'.encode(), 1),
        (b"]]]][[", 0),
    ],
)
def test_depth_counts_brackets_outside_strings(body: bytes, depth: int) -> None:
    assert depth_of(body) == depth


def test_depth_of_random_values_is_that_of_the_values() -> None:
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    for _ in range(300):
        value = random_value(rng, rng.randrange(8))
        assert depth_of(json.dumps(value).encode()) == depth_of_value(value)


def random_value(rng: random.Random, depth: int) -> Any:
    if depth == 0:
        return rng.choice([1, -2.5, None, True, "", '"', "\\", '[{"', "}]\\\\", 'a"b[', "\u20ac{"])
    members = [random_value(rng, rng.randrange(depth)) for _ in range(rng.randrange(3))]
    if rng.random() < 0.5:
        return members
    return {random_value(rng, 0): member for member in members}


def depth_of_value(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    members = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of_value, members), default=0)


def test_the_deepest_allowed_is_parsed_and_one_more_is_not() -> None:
    assert parse_json(nested(MAX_JSON_DEPTH)) is not None
    with pytest.raises(JsonTooDeep):
        parse_json(nested(MAX_JSON_DEPTH + 1))


def test_sound_json_is_parsed_as_the_standard_library_does() -> None:
    text = '{"a": [1, -2.5e3, true, null, "\\u00e9 \\ud83d\\ude00 \\"[", {"b": {}}]} \n'
    assert parse_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999", "-1e999"])
def test_a_number_that_nothing_holds_is_infinite_rather_than_a_crash(number: str) -> None:
    (found,) = json_list(f"[{number}]")
    assert abs(found) == float("inf")


def test_a_whole_number_beside_one_that_nothing_holds_stays_whole() -> None:
    _, three = json_list(f"[{'9' * 5000}, 3]")
    assert isinstance(three, int)


def json_list(text: str) -> list[Any]:
    value = parse_json(text.encode())
    assert isinstance(value, list)
    return value


def test_an_escaped_name_is_the_same_name() -> None:
    with pytest.raises(InvalidJson, match="twice"):
        parse_json(rb'{"a": 1, "\u0061": 2}')


def test_the_reason_says_where() -> None:
    with pytest.raises(InvalidJson, match="line 2 column 6"):
        parse_json(b'{\n"a": }')


@pytest.mark.parametrize(
    "body",
    [
        b"{'a': 1}",
        b"{a: 1}",
        b"[1,]",
        b"[01]",
        b"[+1]",
        b"[.5]",
        b"[1.]",
        b"[0x10]",
        b"[1] [2]",
        b"[1] // why",
        b'["a\nb"]',
        b'["\\x41"]',
        b"nan",
        b"[\xc0\xaf]",
        b"[\xed\xa0\x80]",
        '["a"]'.encode("utf-16"),
        b"\0",
        b"[" + b"9" * 5000 + b",]",
        b"[" + b"9" * 5000,
    ],
)
def test_what_rfc_8259_does_not_allow_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJson):
        parse_json(body)


@pytest.mark.parametrize("text", ["[[1,2],[3,4]]", "[[1,2", "[NaN]"])
def test_the_garbage_collector_is_on_again_after_parsing_what_is_large(text: str) -> None:
    with suppress(InvalidJson):
        parse_json(text.encode() + b" " * LARGE_BYTES)
    assert gc.isenabled()
