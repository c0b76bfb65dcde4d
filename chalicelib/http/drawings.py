"""The drawing of a request: strokes, an image or pixels, checked and turned into a Drawing.

What is sound, which is nearly always, is recognised as such in bulk; only what is not is gone
through one number at a time, to name the one at fault.
"""

import base64
from collections.abc import Mapping
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing, InvalidBase64, InvalidField
from chalicelib.limits import (
    MAX_COORDINATE,
    MAX_PIXELS_SIDE,
    MAX_POINTS,
    MAX_STROKES,
    MIN_PIXELS_SIDE,
)
from chalicelib.recognition.drawing import Drawing, InkDrawing, Points, StrokeDrawing

DRAWING_FIELDS = ("strokes", "image", "pixels")
FLAT_SIDE = 28  # of the raster that a flat array is taken for
FULL_INK = 255
Numbers = NDArray[np.number]
NUMBERS = frozenset((int, float))  # by exact type: a bool is an int to isinstance


def parse_drawing(fields: Mapping[str, Any]) -> Drawing:
    """Return the drawing in a body's fields.

    Raises InvalidField, InvalidBase64, EmptyDrawing, and what `decode_image` raises.
    """
    given = [name for name in DRAWING_FIELDS if name in fields]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise InvalidField("", f"Send exactly one of strokes, image and pixels; found {found}.")
    value = fields[given[0]]
    if given == ["strokes"]:
        return parse_strokes(value)
    return parse_image(value) if given == ["image"] else parse_pixels(value)


def parse_strokes(value: object) -> StrokeDrawing:
    """Return pen paths from arrays of points [x, y, ...]. Raises InvalidField, EmptyDrawing."""
    if type(value) is not list or len(value) > MAX_STROKES:
        raise InvalidField("/strokes", f"strokes must be an array of at most {MAX_STROKES}.")
    for i, stroke in enumerate(value):
        if type(stroke) is not list:
            raise InvalidField(f"/strokes/{i}", "A stroke must be an array of points.")
    points = list(chain.from_iterable(value))
    if not points:
        raise EmptyDrawing
    if len(points) > MAX_POINTS:
        raise InvalidField("/strokes", f"strokes may hold at most {MAX_POINTS} points.")
    array = _point_array(points)
    if array is None:
        raise _fault_in_points(value)
    ends = list(accumulate(map(len, value)))
    starts = [0, *ends[:-1]]
    return StrokeDrawing(
        tuple(array[start:end] for start, end in zip(starts, ends, strict=True) if end > start)
    )


def parse_image(value: object) -> InkDrawing:
    """Return the ink of an image in base64 or a data URL; no line breaks (RFC 4648, 3.1).

    The media type that a data URL claims is not looked at: the bytes say what they are. Raises
    InvalidField, InvalidBase64 and what `decode_image` raises.
    """
    if type(value) is not str:
        raise InvalidField("/image", "image must be a string of base64, or a data URL.")
    if value[:5].lower() == "data:":
        head, comma, value = value.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise InvalidBase64("/image", "A data URL must be data:<media type>;base64,<data>.")
    return read_image(_decode_base64(value))


def read_image(data: bytes) -> InkDrawing:
    """Return the ink of an image file; see `decode_image` for what it raises."""
    from chalicelib.recognition.images import decode_image

    return decode_image(data)


def parse_pixels(value: object) -> InkDrawing:
    """Return a raster of ink from rows of numbers 0..255, or 784 of them. Raises InvalidField."""
    if type(value) is not list or not value:
        raise InvalidField("/pixels", "pixels must be an array of rows of numbers.")
    flat = type(value[0]) is not list
    if flat and len(value) != FLAT_SIDE**2:
        raise InvalidField("/pixels", f"A flat array must hold {FLAT_SIDE**2} numbers (28 x 28).")
    if not flat:
        _require_raster(value)
    levels = numbers_to(FULL_INK, value if flat else list(chain.from_iterable(value)))
    if levels is None:
        raise _fault_in_pixels(value, flat=flat)
    return raster(levels.reshape((FLAT_SIDE, FLAT_SIDE) if flat else (len(value), len(value[0]))))


def raster(levels: Numbers) -> InkDrawing:
    """Return a drawing of levels of ink, shape (height, width), from 0 to 255 = full ink."""
    return InkDrawing(levels.astype(np.float32) / np.float32(FULL_INK))


def numbers_to(most: float, values: list[Any], kinds: frozenset[type] = NUMBERS) -> Numbers | None:
    """Return values as an array, or None where one is of another kind or not from 0 to `most`.

    values: at least one. Returns an array of shape (n,).
    """
    found = set(map(type, values))
    if not kinds.issuperset(found):
        return None
    try:
        if found == {int} and most == FULL_INK:  # which bytes check in a fifth of the time
            return np.frombuffer(bytes(values), np.uint8)
        array = np.array(values, np.float64)
    except (ValueError, OverflowError):  # an integer that no byte holds, or no float
        return None
    return array if float(array.min()) >= 0 and float(array.max()) <= most else None


def _decode_base64(text: str) -> bytes:
    """Return the bytes whose one base64 this is; Python alone lets wrong padding through."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidBase64("/image", "image is not base64.") from error
    if base64.b64encode(data) != text.encode():
        raise InvalidBase64("/image", "image is not base64: its padding is wrong.")
    return data


def _point_array(points: list[Any]) -> Points | None:
    """Return x and y of the points, shape (n, 2), or None where one of them is at fault."""
    if set(map(type, points)) != {list}:
        return None
    lengths = set(map(len, points))
    numbers = list(chain.from_iterable(points))
    if min(lengths) < 2 or not NUMBERS.issuperset(set(map(type, numbers))):
        return None
    if lengths != {2}:
        numbers = list(chain.from_iterable(point[:2] for point in points))
    try:
        array = np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, 2)
    except OverflowError:  # an integer that no float holds
        return None
    return array if float(np.abs(array).max()) <= MAX_COORDINATE else None


def _fault_in_points(strokes: list[list[Any]]) -> InvalidField:
    for i, j, point in (
        (i, j, p) for i, stroke in enumerate(strokes) for j, p in enumerate(stroke)
    ):
        pointer = f"/strokes/{i}/{j}"
        if type(point) is not list or len(point) < 2:
            return InvalidField(pointer, "A point must be an array [x, y, ...].")
        for k, number in enumerate(point):
            if type(number) not in NUMBERS:
                return InvalidField(f"{pointer}/{k}", "A point holds numbers alone.")
            if k < 2 and not abs(number) <= MAX_COORDINATE:
                return InvalidField(
                    f"{pointer}/{k}",
                    f"A coordinate must be from {-MAX_COORDINATE:.0f} to {MAX_COORDINATE:.0f}.",
                )
    raise AssertionError("points were refused without a fault")


def _require_raster(rows: list[Any]) -> None:
    """Raise InvalidField unless the rows are arrays, alike in length and of a size that is read."""
    for i, row in enumerate(rows):
        if type(row) is not list or len(row) != len(rows[0]):
            raise InvalidField(f"/pixels/{i}", "Each row must be an array as long as the first.")
    sides = (len(rows), len(rows[0]))
    if min(sides) < MIN_PIXELS_SIDE or max(sides) > MAX_PIXELS_SIDE:
        raise InvalidField(
            "/pixels",
            f"pixels must be from {MIN_PIXELS_SIDE} to {MAX_PIXELS_SIDE} a side; "
            f"these are {sides[1]} x {sides[0]}.",
        )


def _fault_in_pixels(value: list[Any], *, flat: bool) -> InvalidField:
    for i, row in enumerate([value] if flat else value):
        for j, number in enumerate(row):
            if type(number) not in NUMBERS or not 0 <= number <= FULL_INK:
                pointer = f"/pixels/{j}" if flat else f"/pixels/{i}/{j}"
                return InvalidField(pointer, f"A pixel must be a number from 0 to {FULL_INK}.")
    raise AssertionError("pixels were refused without a fault")
