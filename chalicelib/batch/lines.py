"""Lines of an input, of any length and in any number, without ever holding more than one."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from chalicelib.batch.errors import TooManyInputs
from chalicelib.limits import MAX_BODY_BYTES, MAX_LINES

SKIP_BYTES = 1024 * 1024


class Line(NamedTuple):
    """One line that is not blank.

    offset: of its first byte in the input. number: from 1, blank lines counted. size: in bytes,
    without its end. data: the line, without the mark of byte order that programs on Windows put
    first; only its beginning where it is longer than a body may be.
    """

    offset: int
    number: int
    size: int
    data: bytes


def read_lines(file: BinaryIO, offset: int, number: int) -> Iterator[Line]:
    """Yield the lines from an offset on that are not blank; `number` is that of the first.

    Raises TooManyInputs where there are more lines than are counted.
    """
    file.seek(offset)
    while data := file.readline(MAX_BODY_BYTES + 1):
        if number > MAX_LINES:
            raise TooManyInputs(MAX_LINES)
        length = len(data) if data.endswith(b"\n") else len(data) + _skip_rest(file)
        text = data if offset else data.removeprefix(codecs.BOM_UTF8)
        if (text and not text.isspace()) or length > len(data):
            yield Line(offset, number, length - data.endswith(b"\n"), text)
        offset += length
        number += 1


def _skip_rest(file: BinaryIO) -> int:
    """Pass over what is left of a line, its end included; return how many bytes that is."""
    skipped = 0
    while data := file.readline(SKIP_BYTES):
        skipped += len(data)
        if data.endswith(b"\n"):
            break
    return skipped
