"""The drawing of a request: exactly what is sound passes, and what is not is named."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidBase64, InvalidField, UnsupportedImage
from chalicelib.http.drawings import parse_drawing, parse_image, parse_pixels, parse_strokes
from chalicelib.limits import MAX_COORDINATE, MAX_PIXELS_SIDE, MAX_POINTS, MAX_STROKES
from chalicelib.recognition.drawing import InkDrawing
from tests.http.bodies import base64_of, image

odd: st.SearchStrategy[Any] = st.sampled_from(
    [True, False, None, "1", "", [], {}, [1], math.inf, -math.inf, 10**400, 1e10, -1, 256, 255.5]
)
numbers = st.one_of(st.integers(0, 255), st.floats(0, 255))
elements = st.one_of(numbers, numbers, numbers, odd)
points = st.one_of(st.lists(elements, max_size=4), odd)
strokes = st.lists(st.one_of(st.lists(points, max_size=4), odd), max_size=4)


def fault_in(parse: Callable[[list[Any]], object], value: list[Any]) -> str | None:
    """Return the pointer to what is refused in a value, None where it passes."""
    try:
        parse(value)
    except InvalidField as error:
        return error.pointer
    return None


@given(strokes)
def test_strokes_pass_if_and_only_if_each_number_is_sound(value: list[Any]) -> None:
    value = [[[0, 0]], *value]  # so that none of them is empty
    sound = all(isinstance(s, list) and all(map(is_point, s)) for s in value)
    pointer = fault_in(parse_strokes, value)
    assert (pointer is None) == sound
    if pointer is not None:
        assert not is_sound_at(value, pointer)
    else:
        expected = [[[float(n) for n in p[:2]] for p in s] for s in value if s]
        assert [s.tolist() for s in parse_strokes(value).strokes] == expected


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_coordinate(value: Any) -> bool:
    return is_number(value) and abs(value) <= MAX_COORDINATE


def is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(map(is_coordinate, value[:2]))
        and all(map(is_number, value[2:]))
    )


def is_sound_at(strokes: list[Any], pointer: str) -> bool:
    """Whether what a pointer leads to is sound for where it stands."""
    _, _, *path = pointer.split("/")
    found: Any = strokes
    for index in path:
        found = found[int(index)]
    if len(path) == 1:
        return isinstance(found, list)
    if len(path) == 2:
        return isinstance(found, list) and len(found) >= 2
    return is_coordinate(found) if int(path[2]) < 2 else is_number(found)


def test_numbers_past_the_first_two_are_ignored() -> None:
    (stroke,) = parse_strokes([[[1, 2, 1.7e12, 0.5], [3, 4]]]).strokes
    assert stroke.tolist() == [[1, 2], [3, 4]]


def test_strokes_without_a_point_are_left_out() -> None:
    assert len(parse_strokes([[], [[1, 2]], []]).strokes) == 1


def test_there_are_limits_to_strokes_and_points() -> None:
    dot = [[1, 2]]
    assert len(parse_strokes([dot] * MAX_STROKES).strokes) == MAX_STROKES
    with pytest.raises(InvalidField):
        parse_strokes([dot] * (MAX_STROKES + 1))
    assert len(parse_strokes([dot * MAX_POINTS]).strokes[0]) == MAX_POINTS
    with pytest.raises(InvalidField):
        parse_strokes([dot * (MAX_POINTS + 1)])


@given(st.lists(elements, min_size=64, max_size=64))
def test_pixels_pass_if_and_only_if_each_number_is_sound(values: list[Any]) -> None:
    rows = [values[i : i + 8] for i in range(0, 64, 8)]
    at_fault = [i for i, v in enumerate(values) if not (is_number(v) and 0 <= v <= 255)]
    pointer = fault_in(parse_pixels, rows)
    if at_fault:
        assert pointer == f"/pixels/{at_fault[0] // 8}/{at_fault[0] % 8}"
    else:
        assert pointer is None
        expected = np.array(rows, np.float32) / np.float32(255)
        np.testing.assert_array_equal(parse_pixels(rows).ink, expected)


def test_784_numbers_are_28_x_28() -> None:
    flat = list(range(256)) * 3 + [0] * 16
    ink = parse_pixels(flat).ink
    assert ink.dtype == np.float32
    np.testing.assert_array_equal(ink.ravel() * 255, flat)
    flat[5] = -1
    with pytest.raises(InvalidField) as caught:
        parse_pixels(flat)
    assert caught.value.pointer == "/pixels/5"


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (None, "/pixels"),
        ("0" * 784, "/pixels"),
        ({}, "/pixels"),
        ([], "/pixels"),
        ([0] * 783, "/pixels"),
        ([0] * 785, "/pixels"),
        ([[]], "/pixels"),
        ([[0] * 7] * 8, "/pixels"),
        ([[0] * 8] * 7, "/pixels"),
        ([[0] * (MAX_PIXELS_SIDE + 1)] * 8, "/pixels"),
        ([[0] * 8] * (MAX_PIXELS_SIDE + 1), "/pixels"),
        ([[0] * 8] * 7 + [[0] * 9], "/pixels/7"),
        ([[0] * 8] * 7 + [None], "/pixels/7"),
        ([[0] * 8] * 7 + [{}], "/pixels/7"),
        ([[[0]] * 8] * 8, "/pixels/0/0"),
    ],
)
def test_pixels_of_another_shape_are_refused(value: object, pointer: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_pixels(value)
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("sides", [(8, 8), (8, MAX_PIXELS_SIDE), (MAX_PIXELS_SIDE, 8), (13, 57)])
def test_pixels_of_any_shape_in_bounds_pass(sides: tuple[int, int]) -> None:
    assert parse_pixels(np.ones(sides).tolist()).ink.shape == sides


@pytest.mark.parametrize(
    "head",
    [
        "",
        "data:image/png;base64,",
        "DATA:image/jpeg;Base64,",
        "data:;base64,",
        "data:a/b;c=d;base64,",
    ],
)
def test_an_image_is_base64_or_a_data_url_whose_type_is_not_trusted(head: str) -> None:
    assert isinstance(parse_image(head + base64_of(image())), InkDrawing)


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png",
        "data:image/png;base64",
        "data:image/png,{}",
        "data:image/png;base64,{}=",
        "{}\n",
        " {}",
        "{}====",
        "-_-_",
        "\u0660\u0660\u0660\u0660",
    ],
)
def test_what_is_not_strictly_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidBase64) as caught:
        parse_image(text.format(base64_of(image())))
    assert caught.value.pointer == "/image"


def test_no_bytes_are_no_image() -> None:
    with pytest.raises(UnsupportedImage):
        parse_image("")


@pytest.mark.parametrize("value", [None, 7, True, [], {}, ["aGk="]])
def test_an_image_is_a_string(value: object) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_image(value)
    assert caught.value.pointer == "/image"


@pytest.mark.parametrize(
    "fields", [{}, {"strokes": [[[1, 2]]], "image": ""}, {"strokes": None, "pixels": None}]
)
def test_a_drawing_comes_in_exactly_one_form(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_drawing(fields)
    assert caught.value.pointer == ""
