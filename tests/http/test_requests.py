"""The fields of a request: options, feedback, query parameters."""

from typing import Any

import pytest

from chalicelib.errors import InvalidField
from chalicelib.http.requests import (
    JSON_TYPE,
    FeedbackRequest,
    RecognizeRequest,
    parse_feedback,
    parse_recognize,
)
from tests.http.bodies import body, feedback, image, strokes

LABELS = ("0", "1", "7")
PREDICTED = {"label": "1", "probability": 0.75, "model": "cnn", "version": "5f0c2a91"}


def parse_options(**fields: Any) -> RecognizeRequest:
    return parse_recognize(JSON_TYPE, body({"strokes": strokes()} | fields), {})


def parse_query(**query: list[str]) -> RecognizeRequest:
    return parse_recognize("image/png", image(), query)


def parse_said(key: str | None = None, **fields: Any) -> FeedbackRequest:
    return parse_feedback(JSON_TYPE, feedback(**fields), key, LABELS)


def options_of(asked: RecognizeRequest) -> tuple[str | None, int, bool, bool]:
    return asked.model, asked.candidates, asked.single, asked.trace


def test_options_have_defaults() -> None:
    assert options_of(parse_options()) == (None, 3, False, False)
    assert options_of(parse_query()) == (None, 3, False, False)


def test_options_are_taken_from_the_body_or_the_query() -> None:
    expected = ("all", 10, True, True)
    given = parse_options(model="all", candidates=10, single=True, trace=True)
    assert options_of(given) == expected
    given = parse_query(model=["all"], candidates=["10"], single=["true"], trace=["true"])
    assert options_of(given) == expected


@pytest.mark.parametrize("value", [0, 11, -1, 3.0, 3.5, True, "3", None, [], 10**400])
def test_candidates_are_an_integer_from_1_to_10(value: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_options(candidates=value)
    assert caught.value.pointer == "/candidates"


@pytest.mark.parametrize("name", ["single", "trace"])
@pytest.mark.parametrize("value", [0, 1, "true", None, []])
def test_flags_are_true_or_false(name: str, value: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_options(**{name: value})
    assert caught.value.pointer == f"/{name}"


@pytest.mark.parametrize("value", ["", "x" * 65, 1, None, True, ["cnn"], "c\x1b[2J", "c\u202en"])
def test_a_model_is_a_name(value: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_options(model=value)
    assert caught.value.pointer == "/model"


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("Strokes", "/Strokes"),
        ("a/b~c", "/a~1b~0c"),
        ("", "/"),
        ("label", "/label"),
        ("x" * 65, ""),
    ],
)
def test_an_unknown_field_is_named(name: str, pointer: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_options(**{name: 1})
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("text", [b"[]", b"1", b"null", b'"strokes"', b"true"])
def test_a_body_is_an_object(text: bytes) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_recognize(JSON_TYPE, text, {})
    assert caught.value.pointer == ""


@pytest.mark.parametrize(
    "query",
    [
        {"candidates": ["0"]},
        {"candidates": ["11"]},
        {"candidates": ["3", "3"]},
        {"candidates": [""]},
        {"candidates": ["+3"]},
        {"candidates": ["3.0"]},
        {"candidates": ["\u0663"]},
        {"candidates": ["9" * 5000]},
        {"single": ["True"]},
        {"single": ["1"]},
        {"trace": [""]},
        {"model": [""]},
        {"strokes": ["[]"]},
        {"size": ["28"]},
    ],
)
def test_query_parameters_are_as_strict_as_fields(query: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_query(**query)
    assert caught.value.pointer == f"/{next(iter(query))}"


def test_options_of_a_json_request_stand_in_its_body() -> None:
    with pytest.raises(InvalidField) as caught:
        parse_recognize(JSON_TYPE, body(strokes=strokes()), {"candidates": ["1"]})
    assert caught.value.pointer == "/candidates"


@pytest.mark.parametrize("label", ["0", "7", None])
def test_a_label_is_one_that_the_model_knows_or_null(label: str | None) -> None:
    assert parse_said(label=label).label == label


@pytest.mark.parametrize("label", ["9", "", 7, True, False, [], {}])
def test_another_label_is_refused(label: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_said(label=label)
    assert caught.value.pointer == "/label"


def test_a_label_must_be_given() -> None:
    with pytest.raises(InvalidField) as caught:
        parse_feedback(JSON_TYPE, body(strokes=strokes(), consent=True), None, LABELS)
    assert caught.value.pointer == "/label"


def test_what_was_predicted_is_kept_as_it_was_seen() -> None:
    assert parse_said(predicted=PREDICTED).predicted == PREDICTED
    assert parse_said().predicted is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"label": None}, "/predicted/label"),
        ({"label": ""}, "/predicted/label"),
        ({"probability": True}, "/predicted/probability"),
        ({"probability": "0.5"}, "/predicted/probability"),
        ({"probability": -0.1}, "/predicted/probability"),
        ({"probability": 1.1}, "/predicted/probability"),
        ({"model": 1}, "/predicted/model"),
        ({"model": "\x1b]52;c;cm0=\x07"}, "/predicted/model"),  # terminals would take it for theirs
        ({"label": "7\n"}, "/predicted/label"),
        ({"version": "\x9b31m"}, "/predicted/version"),
        ({"version": "x" * 65}, "/predicted/version"),
        ({"status": "unsure"}, "/predicted/status"),
    ],
)
def test_what_was_predicted_is_checked(change: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_said(predicted=PREDICTED | change)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("name", PREDICTED)
def test_what_was_predicted_is_whole(name: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_said(predicted={n: v for n, v in PREDICTED.items() if n != name})
    assert caught.value.pointer == f"/predicted/{name}"


@pytest.mark.parametrize("predicted", [None, [], "7", 1])
def test_what_was_predicted_is_an_object(predicted: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_said(predicted=predicted)
    assert caught.value.pointer == "/predicted"


@pytest.mark.parametrize("name", ["model", "candidates", "single", "trace"])
def test_feedback_takes_no_options(name: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_feedback(JSON_TYPE, feedback(**{name: 1}), None, LABELS)
    assert caught.value.pointer == f"/{name}"


@pytest.mark.parametrize("key", ["a" * 8, "A-Z_09-az", "k" * 64])
def test_an_idempotency_key_is_kept(key: str) -> None:
    assert parse_said(key).idempotency_key == key


@pytest.mark.parametrize("key", ["", "a" * 7, "a" * 65, "with space", "sla/shed!", "\u00e9" * 8])
def test_another_idempotency_key_is_refused_without_a_pointer(key: str) -> None:
    with pytest.raises(InvalidField, match="Idempotency-Key") as caught:
        parse_said(key)
    assert caught.value.pointer is None


def test_the_digest_is_that_of_the_content_not_of_its_spacing() -> None:
    one = b'{"strokes": [[[1, 2]]], "label": "7", "consent": true}'
    other = b'{"consent":true,"label":"\\u0037","strokes":[[[1,2]]]}'
    another = b'{"consent":true,"label":"7","strokes":[[[1,3]]]}'
    digests = [
        parse_feedback(JSON_TYPE, b, None, LABELS).body_sha256 for b in (one, other, another)
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", " Application/JSON "])
def test_a_content_type_may_have_parameters_and_any_case(content_type: str) -> None:
    assert parse_recognize(content_type, body(strokes=strokes()), {}).candidates == 3
