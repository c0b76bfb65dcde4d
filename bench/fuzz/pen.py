"""Strokes spelt by bytes: any string of bytes is a request, so that mutations stay meaningful."""

import json
import struct
from collections.abc import Callable
from typing import Any

SPECIAL = (0, -0.0, 0.5, -1, 1e9, -1e9, 1.0000001e9, 1e308, 5e-324, 1e-12, 2**53, 10**400)
ODD: tuple[Any, ...] = (None, True, "1", [], {}, [[0, 0]], float("nan"), float("inf"))
MOST_REPEATS = 1_024

Stroke = list[Any]


class Pen:
    """Reads bytes as commands: the first says which, what follows are its numbers."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self.strokes: list[Stroke] = [[]]

    def draw(self) -> list[Stroke]:
        """Carry out all commands; past the end every number is 0."""
        while self._at < len(self._data):
            COMMANDS[self._number("B") % len(COMMANDS)](self)
        return self.strokes

    def lift(self) -> None:
        """Begin another stroke."""
        self.strokes.append([])

    def put_small(self) -> None:
        """Add a point of two bytes."""
        self._add([self._number("b"), self._number("b")])

    def put_large(self) -> None:
        """Add a point of two integers of 16 bits."""
        self._add([self._number("h"), self._number("h")])

    def put_float(self) -> None:
        """Add a point of any two floats, what is no number among them."""
        self._add([self._number("d"), self._number("d")])

    def put_special(self) -> None:
        """Add a point of two numbers at the edge of what is taken."""
        self._add([self._one_of(SPECIAL), self._one_of(SPECIAL)])

    def put_odd(self) -> None:
        """Add a point of a number and something else, at any place in it."""
        point = [self._number("b"), self._number("b"), 0.5]
        point.insert(self._number("B") % 4, self._one_of(ODD))
        self._add(point)

    def zigzag(self) -> None:
        """Add many points that go to and fro."""
        count, width, height = self._number("H") % MOST_REPEATS, self._number("b"), 0
        step = self._number("b")
        for i in range(count):
            height += step
            self._add([width * (i % 2), height])

    def dot_about(self) -> None:
        """Add many strokes of one point or two, as a grid."""
        size, step = self._number("B"), self._number("b")
        for i in range(size**3 >> 16):  # up to 253, but seldom
            at = [i % 16 * step, i // 16 * step]
            self.strokes.append([at, [at[0], at[1] + step]] if i % 3 else [at])

    def _add(self, point: list[Any]) -> None:
        self.strokes[-1].append(point)

    def _one_of(self, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - JSON of any kind
        return values[self._number("B") % len(values)]

    def _number(self, kind: str) -> Any:  # noqa: ANN401 - an int or a float, as `kind` says
        size = struct.calcsize(kind)
        piece = self._data[self._at : self._at + size].ljust(size, b"\0")
        self._at += size
        return struct.unpack("<" + kind, piece)[0]


COMMANDS: tuple[Callable[[Pen], None], ...] = (
    *[Pen.put_small, Pen.put_small, Pen.put_small, Pen.lift, Pen.lift] * 2,
    Pen.put_large,
    Pen.put_float,
    Pen.put_special,
    Pen.put_odd,
    Pen.zigzag,
    Pen.dot_about,
)


def body_of(data: bytes) -> bytes:
    """Return the JSON body of a request for what the bytes draw."""
    return json.dumps({"strokes": Pen(data).draw()}).encode()
