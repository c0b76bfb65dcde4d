"""What an input is, how it is cut, and what of it is a drawing."""

import io
import json
import struct
import zipfile
from typing import Any

import pytest

from bench.compressed import archive_of as archive
from chalicelib.batch import archive as archives
from chalicelib.batch import lines as line_module
from chalicelib.batch import plan as plans
from chalicelib.batch.drawings import Asked, read_drawings
from chalicelib.batch.errors import (
    EmptyInput,
    InputTooLarge,
    InvalidArchive,
    TooManyInputs,
    UnsupportedInput,
)
from chalicelib.batch.plan import Kind, Plan, Span
from chalicelib.limits import MAX_BODY_BYTES, MAX_INPUT_BYTES, PART_INPUTS
from tests.batch.inputs import SEVEN, encrypted, lines
from tests.http.bodies import image


def plan_of(data: bytes) -> Plan:
    return Plan.of(io.BytesIO(data), len(data))


def drawings(data: bytes) -> list[Asked]:
    plan = plan_of(data)
    return [
        asked for span in plan.spans for asked in read_drawings(io.BytesIO(data), plan.kind, span)
    ]


def names_of_errors(data: bytes) -> list[str]:
    """Return the name of each drawing's error; "" where there is none."""
    found = [asked.request for asked in drawings(data)]
    return [type(r).__name__ if isinstance(r, Exception) else "" for r in found]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_image_is_known_by_its_content(kind: str) -> None:
    assert plan_of(image(kind=kind)) == Plan(Kind.IMAGE, (Span(0, 1, 1),))


def test_lines_are_counted_without_blank_ones_and_keep_their_numbers() -> None:
    data = b"\r\n" + lines(SEVEN, b"  ", SEVEN, b"{") + b'{"strokes": [[[1, 2]]]}'
    assert plan_of(data) == Plan(Kind.LINES, (Span(2, 2, 4),))
    assert [asked.place for asked in drawings(data)] == [{"line": n} for n in (2, 4, 5, 6)]
    assert names_of_errors(data) == ["", "", "InvalidJson", ""]


def test_a_mark_of_byte_order_is_no_part_of_the_first_line() -> None:
    mark = b"\xef\xbb\xbf"
    assert names_of_errors(mark + lines(SEVEN, SEVEN)) == ["", ""]
    assert names_of_errors(lines(SEVEN, mark)) == ["", "InvalidJson"]
    for blank in (mark, mark + b"\r\n"):
        with pytest.raises(EmptyInput):
            plan_of(blank)


def test_parts_hold_what_their_spans_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "PART_INPUTS", 3)
    pair = lines(SEVEN, b"")
    many = 10 * pair
    assert [span.drawings for span in plan_of(many).spans] == [3, 3, 3, 1]
    assert [asked.place["line"] for asked in drawings(many)] == list(range(1, 20, 2))
    packed = archive((f"{n}.png", image()) for n in range(7))
    assert plan_of(packed).spans == (Span(0, 1, 3), Span(0, 4, 3), Span(0, 7, 1))
    assert [asked.place["entry"] for asked in drawings(packed)] == [f"{n}.png" for n in range(7)]


def test_parts_are_cut_by_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "PART_BYTES", 1000)
    body = b'{"strokes": [[[1, 2]]]' + b" " * 400 + b"}"
    assert [span.drawings for span in plan_of(lines(*[body] * 9)).spans] == [3, 3, 3]


def test_a_line_carries_its_id_into_its_place() -> None:
    wrong: dict[str, Any] = {"id": "b"}
    given = [{**SEVEN, "id": "a"}, {**SEVEN, "id": 5}, {**SEVEN, "id": True}, wrong]
    places = [asked.place for asked in drawings(lines(*given))]
    assert [place.get("id") for place in places] == ["a", 5, None, "b"]
    assert names_of_errors(lines(*given)) == ["", "", "InvalidField", "InvalidField"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"strokes": [[[1, NaN]]]}', "InvalidJson"),
        (b'{"strokes": "\xff"}', "InvalidJson"),
        (b"[" * 1000, "JsonTooDeep"),
        (b'{"strokes": [], "pixels": []}', "InvalidField"),
        (b'{"strokes": []}', "EmptyDrawing"),
        (b'{"image": "AAAA"}', "UnsupportedImage"),
        (b" " * (MAX_BODY_BYTES + 1), "PayloadTooLarge"),
        (b'{"strokes": ' + b"1" * 3 * MAX_BODY_BYTES, "PayloadTooLarge"),
    ],
)
def test_a_broken_line_does_not_keep_the_others(line: bytes, error: str) -> None:
    assert names_of_errors(lines(SEVEN, line, SEVEN)) == ["", error, ""]


def test_entries_that_cannot_be_read_do_not_keep_the_others() -> None:
    found = names_of_errors(
        archive(
            [
                ("../../etc/passwd.png", image("7")),
                ("twice.png", image("3")),
                ("twice.png", image("1")),
                ("folder/", b""),
                ("__MACOSX/._twice.png", b"attributes"),
                ("note.txt", b"no image"),
                ("inner.zip", archive([("a.png", image())])),
                ("bomb.png", b"\0" * 40 * MAX_BODY_BYTES),
                ("empty.png", b""),
            ]
        )
    )
    wrong = ["UnsupportedImage", "NestedArchive", "PayloadTooLarge", "UnsupportedImage"]
    assert found == ["", "", "", *wrong]


def test_what_is_encrypted_or_compressed_otherwise_is_said_so() -> None:
    assert names_of_errors(encrypted("a.png")) == ["EncryptedEntry"]
    packed = archive([("a.png", image())], zipfile.ZIP_LZMA)
    assert names_of_errors(packed) == ["UnsupportedCompression"]


def test_a_damaged_entry_is_invalid_and_the_next_one_is_read() -> None:
    packed = bytearray(archive([("a.png", image()), ("b.png", image())], zipfile.ZIP_STORED))
    packed[200] ^= 255
    assert names_of_errors(bytes(packed)) == ["InvalidArchive", ""]


@pytest.mark.parametrize("cut", [10, 100, 2000])
def test_an_archive_cut_short_is_invalid_as_a_whole(cut: int) -> None:
    with pytest.raises(InvalidArchive):
        plan_of(archive([("a.png", image())])[:-cut])


def test_a_directory_that_claims_to_be_huge_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 200_000)
    assert plan_of(archive((f"{n}", b"") for n in range(1000))).inputs == 1000
    with pytest.raises(TooManyInputs):
        plan_of(archive((f"{n}", b"") for n in range(10_000)))
    monkeypatch.setattr(archives, "MAX_ARCHIVE_ENTRIES", 999)
    with pytest.raises(TooManyInputs):
        plan_of(archive((f"{n}", b"") for n in range(1000)))


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", archive([]), archive([("folder/", b"")])])
def test_an_input_without_a_drawing_is_empty(data: bytes) -> None:
    with pytest.raises(EmptyInput):
        plan_of(data)


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a\x01\x00\x01\x00",
        b"\x7fELF\x02\x01",
        "{}".encode("utf-16"),
        bytes(64),
        b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n" + 200 * b"text\n",
        b"\xef\xbb\xbf\n  Scans of May\n" + lines(SEVEN),
        json.dumps([SEVEN, SEVEN], indent=1).encode(),
        b"no image at all",
    ],
)
def test_what_is_neither_image_nor_archive_nor_lines_is_unsupported_as_a_whole(data: bytes) -> None:
    with pytest.raises(UnsupportedInput):
        plan_of(data)


def test_lines_may_begin_after_any_blank_ones() -> None:
    assert names_of_errors(2 * plans.HEAD_BYTES * b"\n" + lines(SEVEN)) == [""]
    assert names_of_errors(lines(b"{broken", SEVEN)) == ["InvalidJson", ""]


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputTooLarge):
        Plan.of(io.BytesIO(b"{}"), MAX_INPUT_BYTES + 1)
    monkeypatch.setattr(plans, "MAX_INPUTS", 5)
    assert plan_of(lines(*[SEVEN] * 5)).inputs == 5
    with pytest.raises(TooManyInputs):
        plan_of(lines(*[SEVEN] * 6))
    monkeypatch.setattr(line_module, "MAX_LINES", 5)
    with pytest.raises(TooManyInputs):
        plan_of(b"\n" * 5 + lines(SEVEN))


def test_any_damage_is_an_error_of_an_input_or_of_drawings() -> None:
    """Each byte of a small archive's structures is changed in turn."""
    whole = archive([("a.png", b"\x89PNG"), ("b.txt", b"{}")])
    for place in range(len(whole)):
        for value in (0, 0xFF, whole[place] ^ 1):
            data = bytearray(whole)
            data[place] = value
            try:
                found = names_of_errors(bytes(data))
            except (InvalidArchive, UnsupportedInput, EmptyInput, TooManyInputs):
                continue
            assert all(name != "" for name in found)
            known = {
                "InvalidArchive",
                "InvalidImage",
                "UnsupportedImage",
                "EncryptedEntry",
                "UnsupportedCompression",
                "InvalidField",
                "InvalidJson",
            }
            assert set(found) <= known, (place, value, found)


def test_a_large_archive_has_as_many_parts_as_it_needs() -> None:
    packed = archive((f"{n}", b"") for n in range(2 * PART_INPUTS + 1))
    assert [span.drawings for span in plan_of(packed).spans] == [PART_INPUTS, PART_INPUTS, 1]
    assert struct.unpack("<H", packed[-12:-10]) == (2 * PART_INPUTS + 1,)
