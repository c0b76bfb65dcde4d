"""The tensors that models take and give, and those of a request, checked.

A tensor's data may come flat or nested, as the protocol has it. What is sound is recognised as
such in bulk; only what is not is gone through one number at a time, to name the one at fault.
"""

import math
from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from chalicelib.errors import InvalidField
from chalicelib.http.drawings import FULL_INK, NUMBERS, Numbers, numbers_to
from chalicelib.limits import MAX_PIXELS_SIDE, MAX_TENSOR_PICTURES, MIN_PIXELS_SIDE
from chalicelib.recognition.normalise import SIDE_PX

Shape = tuple[int, ...]


class InputKind(NamedTuple):
    """A tensor that every model takes, each of its elements a number from 0 to `most`.

    shape: as the model's metadata has it, -1 for any size.
    """

    name: str
    datatype: str
    shape: Shape
    most: int
    elements: frozenset[type]


class Tensor(NamedTuple):
    """An input of a request. levels: array of shape (n, height, width)."""

    kind: InputKind
    levels: Numbers
    pointer: str


PICTURES = InputKind("pictures", "FP32", (-1, SIDE_PX, SIDE_PX), 1, NUMBERS)
IMAGES = InputKind("images", "UINT8", (-1, -1, -1), FULL_INK, frozenset((int,)))
INPUTS = {kind.name: kind for kind in (PICTURES, IMAGES)}
PROBABILITIES, LABELS, STATUS = "probabilities", "labels", "status"
OUTPUTS = {PROBABILITIES: "FP32", LABELS: "BYTES", STATUS: "BYTES"}  # and their datatypes


def parse_tensor(fields: Mapping[str, Any], pointer: str) -> Tensor:
    """Return an input of a request; pointer: names it in errors. Raises InvalidField."""
    name = fields.get("name")
    kind = INPUTS.get(name) if type(name) is str else None
    if kind is None:
        raise InvalidField(f"{pointer}/name", f"name must be {' or '.join(INPUTS)}.")
    if fields.get("datatype") != kind.datatype:
        raise InvalidField(f"{pointer}/datatype", f"The datatype of {name} is {kind.datatype}.")
    shape = _parse_shape(fields.get("shape"), kind, f"{pointer}/shape")
    count = math.prod(shape[:-2])
    require_few(count, f"{pointer}/shape")
    data = fields.get("data")
    elements = _elements(data, shape, f"{pointer}/data")
    levels = numbers_to(kind.most, elements, kind.elements)
    if levels is None:
        raise _fault(elements, shape if elements is not data else (), kind, f"{pointer}/data")
    return Tensor(kind, levels.reshape(count, *shape[-2:]), pointer)


def require_few(count: int, pointer: str) -> None:
    """Raise InvalidField where these are more pictures than one request may hold."""
    if count > MAX_TENSOR_PICTURES:
        raise InvalidField(pointer, f"At most {MAX_TENSOR_PICTURES} pictures are taken at once.")


def _parse_shape(value: object, kind: InputKind, pointer: str) -> Shape:
    """Return a shape of [height, width] with, before it, how many there are and perhaps a 1."""
    expected = "[n, 28, 28], [n, 1, 28, 28] or [28, 28]"
    if kind is IMAGES:
        sides = f"sides from {MIN_PIXELS_SIDE} to {MAX_PIXELS_SIDE}"
        expected = f"[n, height, width], [n, 1, height, width] or [height, width], {sides}"
    if type(value) is list and set(map(type, value)) == {int}:
        *batch, height, width = value if len(value) > 1 else (0, 0)
        if _is_batch(batch) and _is_side(height, kind) and _is_side(width, kind):
            return tuple(value)
    raise InvalidField(pointer, f"The shape of {kind.name} must be {expected}.")


def _is_batch(batch: list[int]) -> bool:
    return batch[1:] in ([], [1]) and all(count >= 1 for count in batch)


def _is_side(side: int, kind: InputKind) -> bool:
    return MIN_PIXELS_SIDE <= side <= MAX_PIXELS_SIDE if kind is IMAGES else side == SIDE_PX


def _elements(data: object, shape: Shape, pointer: str) -> list[Any]:
    """Return the elements in row-major order, as many as the shape holds."""
    if type(data) is not list:
        raise InvalidField(pointer, "data must be an array.")
    elements = data
    if data and type(data[0]) is list:
        for size in shape[1:]:
            if any(type(part) is not list or len(part) != size for part in elements):
                raise InvalidField(pointer, f"Nested data must have the shape {list(shape)}.")
            elements = list(chain.from_iterable(elements))
    if len(elements) != math.prod(shape):
        expected = f"The shape {list(shape)} takes {math.prod(shape)} elements"
        raise InvalidField(pointer, f"{expected}; here are {len(elements)}.")
    return elements


def _fault(elements: list[Any], nested: Shape, kind: InputKind, pointer: str) -> InvalidField:
    """Return the error that names an element at fault; nested: the shape of nested data."""
    for at, element in enumerate(elements):
        if type(element) not in kind.elements or not 0 <= element <= kind.most:
            places = np.unravel_index(at, nested) if nested else (at,)
            place = "/".join(str(int(index)) for index in places)
            number = "an integer" if kind is IMAGES else "a number"
            return InvalidField(
                f"{pointer}/{place}",
                f"An element of {kind.name} must be {number} from 0 to {kind.most}.",
            )
    raise AssertionError("elements were refused without a fault")
