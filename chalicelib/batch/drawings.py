"""The drawings of a part, each one as the API would get it in a request."""

import logging
import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple
from zipfile import ZipInfo

from chalicelib.batch.archive import Archive, open_archive
from chalicelib.batch.lines import Line, read_lines
from chalicelib.batch.plan import Kind, Span
from chalicelib.errors import (
    InklingError,
    InvalidField,
    PayloadTooLarge,
    StorageUnavailable,
)
from chalicelib.http.requests import (
    RecognizeRequest,
    image_request,
    parse_object,
    recognize_request,
)
from chalicelib.limits import MAX_BODY_BYTES, MAX_ID_CHARACTERS
from chalicelib.stores.objects import ObjectChanged, ObjectGone

logger = logging.getLogger(__name__)

Place = dict[str, str | int]  # as a result says it: line, or entry and position; none for an image


class Asked(NamedTuple):
    """One drawing of an input: the request that it is, or why it is none.

    place: where in the input it stands, and the id that its sender gave it.
    """

    place: Place
    request: RecognizeRequest | Exception


def read_drawings(file: BinaryIO, kind: Kind, span: Span) -> Iterator[Asked]:
    """Yield the drawings of one part. Raises UnusableInput where the input as a whole is none."""
    if kind is Kind.IMAGE:
        yield Asked({}, _attempt(lambda: image_request(_whole(file))))
    elif kind is Kind.LINES:
        for line in islice(read_lines(file, span.offset, span.first), span.drawings):
            yield _line(line)
    else:
        archive = open_archive(file)
        entries = archive.entries[span.first - 1 :][: span.drawings]
        for position, entry in enumerate(entries, span.first):
            yield _entry(archive, entry, position)


def _whole(file: BinaryIO) -> bytes:
    size = file.seek(0, os.SEEK_END)
    if size > MAX_BODY_BYTES:
        raise PayloadTooLarge(size, MAX_BODY_BYTES)
    file.seek(0)
    return file.read()


def _line(line: Line) -> Asked:
    place: Place = {"line": line.number}

    def read() -> RecognizeRequest:
        if line.size > MAX_BODY_BYTES:
            raise PayloadTooLarge(line.size, MAX_BODY_BYTES)
        fields = parse_object(line.data.rstrip(b"\r\n"))
        if "id" in fields:
            place["id"] = _checked_id(fields.pop("id"))
        return recognize_request(fields)

    return Asked(place, _attempt(read))


def _checked_id(value: object) -> str | int:
    if type(value) is int or (type(value) is str and len(value) <= MAX_ID_CHARACTERS):
        return value
    raise InvalidField("/id", f"id must be an integer or at most {MAX_ID_CHARACTERS} characters.")


def _entry(archive: Archive, entry: ZipInfo, position: int) -> Asked:
    place: Place = {"entry": entry.filename, "position": position}
    return Asked(place, _attempt(lambda: image_request(archive.read(entry))))


def _attempt(read: Callable[[], RecognizeRequest]) -> RecognizeRequest | Exception:
    """Return the request, or why there is none; raise what concerns the whole input."""
    try:
        return read()
    except (ObjectChanged, ObjectGone, StorageUnavailable):
        raise
    except InklingError as error:
        return error
    except Exception as error:  # a fault of ours must not keep the other drawings
        logger.exception("A drawing could not be understood")
        return error
