"""How an input is cut into parts: a pure function of its bytes, so each delivery finds the same."""

import codecs
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, NamedTuple, Self

from chalicelib.batch.archive import is_archive, open_archive
from chalicelib.batch.errors import (
    EmptyInput,
    InputTooLarge,
    TooManyInputs,
    UnsupportedInput,
)
from chalicelib.batch.lines import Line, read_lines
from chalicelib.limits import MAX_INPUT_BYTES, MAX_INPUTS, PART_BYTES, PART_INPUTS

HEAD_BYTES = 1024
TEXT_CONTROLS = b"\t\n\r\f"
CONTROLS = bytes(set(range(32)) - set(TEXT_CONTROLS))


class Kind(StrEnum):
    """What an input is, by its content."""

    IMAGE = "image"
    ARCHIVE = "archive"
    LINES = "lines"


class Span(NamedTuple):
    """Neighbouring drawings of an input.

    offset: of the first line in the input, in bytes; 0 for what is no lines. first: the number of
    the first line or entry, from 1. drawings: how many there are.
    """

    offset: int
    first: int
    drawings: int


class Plan(NamedTuple):
    """What an input is, and the parts in which it is read."""

    kind: Kind
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, file: BinaryIO, size: int) -> Self:
        """Return the plan of an input of `size` bytes. Raises UnusableInput."""
        if size == 0:
            raise EmptyInput
        if size > MAX_INPUT_BYTES:
            raise InputTooLarge(size, MAX_INPUT_BYTES)
        kind = kind_of(file.read(HEAD_BYTES))
        file.seek(0)
        spans = tuple(_spans(kind, file))
        if not spans:
            raise EmptyInput
        return cls(kind, spans)

    @property
    def inputs(self) -> int:
        """How many drawings there are."""
        return sum(span.drawings for span in self.spans)


def kind_of(head: bytes) -> Kind:
    """Return what an input is that begins so. Raises UnsupportedInput."""
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff")) or head[:4] + head[8:12] == b"RIFFWEBP":
        return Kind.IMAGE
    if is_archive(head):
        return Kind.ARCHIVE
    if head.translate(None, CONTROLS) != head or not _may_be_lines(head):
        raise UnsupportedInput
    return Kind.LINES


def _may_be_lines(head: bytes) -> bool:
    """Whether the first line begins as an object does, or has yet to come.

    A text of hundreds of lines is one input that is not read, not hundreds of drawings.
    """
    first = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return first in (b"", b"{")


def _spans(kind: Kind, file: BinaryIO) -> Iterator[Span]:
    if kind is Kind.IMAGE:
        yield Span(0, 1, 1)
    elif kind is Kind.LINES:
        yield from _spans_of_lines(read_lines(file, 0, 1))
    else:
        count = len(open_archive(file).entries)
        for first in range(1, count + 1, PART_INPUTS):
            yield Span(0, first, min(PART_INPUTS, count + 1 - first))


def _spans_of_lines(lines: Iterator[Line]) -> Iterator[Span]:
    """Cut lines into parts that hold neither too many of them nor too many bytes."""
    span: Span | None = None
    for total, line in enumerate(lines):
        if total == MAX_INPUTS:
            raise TooManyInputs(MAX_INPUTS)
        if span and span.drawings < PART_INPUTS and line.offset - span.offset < PART_BYTES:
            span = span._replace(drawings=span.drawings + 1)
            continue
        if span:
            yield span
        span = Span(line.offset, line.number, 1)
    if span:
        yield span
