"""Image files without what is no pixel: metadata takes time and memory, and fails in many ways.

Of a megabyte, Pillow's parsing of EXIF takes seconds, and compressed texts a quarter of a gigabyte;
what a camera says besides must not make its picture unreadable. So the decoder gets the pixels
alone, and the one thing that matters of the rest, how they are turned, is read here.

PNG: https://www.w3.org/TR/png-3/#5DataRep; JPEG: ITU-T T.81, annex B; WebP: RFC 9649, section 2.3.
"""

import re
import struct
from collections.abc import Iterator

from chalicelib.errors import InvalidImage
from chalicelib.limits import MAX_IMAGE_SEGMENTS
from chalicelib.recognition.png import SIGNATURE as PNG_SIGNATURE

UPRIGHT = 1  # the orientation of an image that is not turned

JPEG_BEGINS = b"\xff\xd8\xff"
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
_PNG_HEAD = struct.Struct(">I4s")  # the length of a chunk's data, and its kind
_PNG_AROUND = 12  # bytes of a chunk besides its data
_WEBP_HEAD = struct.Struct("<4sI")
_JPEG_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)  # any number of fill bytes goes before
_START_OF_SCAN, _COMMENT = 0xDA, 0xFE
_JFIF, _APP1, _ADOBE = 0xE0, 0xE1, 0xEE  # of the application's segments, from JFIF to 0xEF
_EXIF = b"Exif\0\0"
_ORIENTATION, _SHORT = 0x0112, 3


def is_webp(data: bytes) -> bool:
    """Whether a file begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def without_metadata(data: bytes) -> tuple[bytes, int]:
    """Return a PNG, JPEG or WebP without what is no pixel, and its orientation, 1 to 8 as in EXIF.

    What is damaged is left to the decoder. Raises InvalidImage where a file has too many segments.
    """
    if data.startswith(PNG_SIGNATURE):
        return _of_png(data)
    if data.startswith(JPEG_BEGINS):
        return _of_jpeg(data)
    return data, _orientation_of_webp(data) if is_webp(data) else UPRIGHT


def _of_png(data: bytes) -> tuple[bytes, int]:
    kept, orientation, at = [PNG_SIGNATURE], UPRIGHT, len(PNG_SIGNATURE)
    for _ in _segments():
        head = data[at : at + _PNG_HEAD.size]
        if len(head) < _PNG_HEAD.size:
            break
        length, kind = _PNG_HEAD.unpack(head)
        chunk = data[at : at + length + _PNG_AROUND]
        if kind in _PIXELS:
            kept.append(chunk)
        elif kind == b"eXIf":
            orientation = orientation_of(chunk[_PNG_HEAD.size :])
        at += len(chunk)
        if kind == b"IEND":
            break
    return b"".join(kept), orientation


def _of_jpeg(data: bytes) -> tuple[bytes, int]:
    kept, orientation, at = [data[:2]], UPRIGHT, 2
    for _ in _segments():
        marker = _JPEG_MARKER.match(data, at)
        if marker is None or marker[1][0] == _START_OF_SCAN:
            break
        kind, start = marker[1][0], marker.end()
        segment = data[start : start + int.from_bytes(data[start : start + 2])]
        if len(segment) < 2:
            break
        if kind in (_JFIF, _ADOBE) or not (_JFIF <= kind <= 0xEF or kind == _COMMENT):
            kept += [b"\xff", marker[1], segment]
        elif kind == _APP1 and segment[2:].startswith(_EXIF):
            orientation = orientation_of(segment[2:])
        at = start + len(segment)
    return b"".join([*kept, data[at:]]), orientation


def _orientation_of_webp(data: bytes) -> int:
    at = 12
    for _ in _segments():
        head = data[at : at + _WEBP_HEAD.size]
        if len(head) < _WEBP_HEAD.size:
            break
        kind, length = _WEBP_HEAD.unpack(head)
        at += _WEBP_HEAD.size
        if kind == b"EXIF":
            return orientation_of(data[at : at + length])
        at += length + length % 2
    return UPRIGHT


def _segments() -> Iterator[None]:
    yield from (None for _ in range(MAX_IMAGE_SEGMENTS))
    raise InvalidImage(f"it has more than {MAX_IMAGE_SEGMENTS:,} segments")


def orientation_of(exif: bytes) -> int:
    """Return the orientation that EXIF data tells, upright where it tells none that is sound.

    It is the 16-bit number of that tag in the first directory (TIFF 6.0, section 2).
    """
    tiff = exif.removeprefix(_EXIF)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        entries = struct.iter_unpack(f"{order}HHIHxx", tiff[at + 2 : at + 2 + 12 * count])
        for tag, kind, number, value in entries:
            if tag == _ORIENTATION:
                sound = (kind, number) == (_SHORT, 1) and 1 <= value <= 8
                return value if sound else UPRIGHT
    except struct.error:  # it is cut off
        pass
    return UPRIGHT
