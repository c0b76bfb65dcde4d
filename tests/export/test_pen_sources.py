"""Drawings made with a pen are read from the formats in which their makers publish them."""

import json
from pathlib import Path

import pytest

from export.drawing_sets import digest
from export.originals import UNREADABLE
from export.pen_sources import ALPHABETS, LOOK_ALIKES, read_numberpad, read_omniglot, read_uji
from export.sources import SOURCES
from tests.export.original_files import archive, numberpad_json, omniglot_text, uji_text

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SEVEN = [[[3, 4], [30, 4], [10, 60]], [[5, 30], [25, 30]]]
ONE = [[[7, 0], [7, 50]]]
CHARACTERS = {"Balinese": 24, "Greek": 24, "Korean": 40, "Sanskrit": 42}  # as published


def test_uji_gives_digits_by_writer_and_no_other_characters(tmp_path: Path) -> None:
    path = tmp_path / "uji.txt"
    path.write_bytes(
        uji_text(
            [
                ("a", "trn_UJI_W01-01", ONE),
                ("7", "trn_UJI_W01-01", SEVEN),
                ("7", "trn_UJI_W01-02", ONE),
                ("ñ", "trn_UPV_W17-01", ONE),
                ("1", "trn_UPV_W17-01", ONE),
            ]
        )
    )
    assert read_uji(path) == [
        {"label": 1, "writer": "uji-w01", "strokes": ONE},
        {"label": 7, "writer": "uji-w00", "strokes": SEVEN},
        {"label": 7, "writer": "uji-w00", "strokes": ONE},
    ]


def test_uji_is_read_from_its_archive_too(tmp_path: Path) -> None:
    text = uji_text([("7", "trn_UJI_W01-01", SEVEN)])
    (tmp_path / "uji.zip").write_bytes(archive({"uji2.names": b"", "ujipenchars2.txt": text}))
    (tmp_path / "uji.txt").write_bytes(text)
    assert read_uji(tmp_path / "uji.zip") == read_uji(tmp_path / "uji.txt")


def test_the_last_twenty_writers_of_uji_are_left_for_measuring(tmp_path: Path) -> None:
    path = tmp_path / "uji.txt"
    path.write_bytes(uji_text([("1", f"tst_UPV_W{n:02}-01", ONE) for n in range(1, 61)]))
    assert {record["writer"] for record in read_uji(path)} == {f"uji-w{n:02}" for n in range(40)}


def test_numberpad_gives_digits_as_they_were_drawn(tmp_path: Path) -> None:
    path = tmp_path / "numberpad.json"
    digits = {str(label): [ONE] * label for label in range(10)}
    path.write_bytes(numberpad_json({"?": [SEVEN], **digits, "x": [SEVEN]}))
    records = read_numberpad(path)
    assert [record["label"] for record in records] == [n for n in range(10) for _ in range(n)]
    assert all(r["strokes"] == ONE and r["writer"] == "numberpad" for r in records)


def test_omniglot_gives_four_alphabets_without_what_looks_like_digits(tmp_path: Path) -> None:
    text = omniglot_text(SEVEN)
    path = tmp_path / "omniglot.zip"
    path.write_bytes(
        archive(
            {
                "strokes_background/Greek/character04/0397_01.txt": text,  # a delta
                "strokes_background/Greek/character05/0398_02.txt": text,
                "strokes_background/Greek/character05/0398_01.txt": omniglot_text(ONE),
                "strokes_background/Latin/character01/0683_01.txt": text,
                "__MACOSX/strokes_background/Greek/character05/._0398_01.txt": b"\0\5",
            }
        )
    )
    assert read_omniglot(path) == [
        {"alphabet": "Greek", "character": "character05", "strokes": ONE},
        {"alphabet": "Greek", "character": "character05", "strokes": SEVEN},
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"WORD 7 trn_UJI_W01-01\n  NUMSTROKES 2\n  POINTS 1 # 3 4\n",
        b"WORD 7 trn_UJI_W01-01\n  NUMSTROKES 1\n  POINTS 2 # 3 4\n",
        b"WORD 7 trn_UJI_W01-01\n  NUMSTROKES 1\n  POINTS 1 # 3 x\n",
        b"WORD 7 trn_UJI_W01-01\n  POINTS 1 # 3 4\n",
        b"WORD 7 trn_UJI_W01-01",
        b"\xff\xfe",
        b"PK\x05\x06" + bytes(18),
    ],
)
def test_a_cut_or_foreign_uji_is_not_read_as_less(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "uji").write_bytes(text)
    with pytest.raises(UNREADABLE):
        read_uji(tmp_path / "uji")


@pytest.mark.parametrize("text", [b"START\n1,2,3\n", b"START\n1,2\nBREAK\n", b"<html>"])
def test_a_damaged_character_is_not_read_as_less(tmp_path: Path, text: bytes) -> None:
    name = "strokes_background/Greek/character05/0398_01.txt"
    (tmp_path / "omniglot.zip").write_bytes(archive({name: text}))
    with pytest.raises(UNREADABLE):
        read_omniglot(tmp_path / "omniglot.zip")


def test_uji_written_from_the_drawings_that_were_learnt_from_reads_as_them(tmp_path: Path) -> None:
    strokes = SHARED / "drawn" / "strokes.json"
    if not strokes.exists():
        pytest.skip("needs the drawn digits in ../shared/data/drawn")
    samples = [
        (str(record["label"]), f"trn_UJI_W{int(record['writer'][5:]) + 1:02}-01", record["strokes"])
        for record in json.loads(strokes.read_bytes())
        if record["writer"] != "numberpad"
    ]
    by_writer = sorted(samples, key=lambda sample: sample[1])  # as the original has them
    (tmp_path / "uji.txt").write_bytes(uji_text(by_writer))
    (uji,) = (source for source in SOURCES if source.name == "uji")
    assert digest(read_uji(tmp_path / "uji.txt")) == uji.digest


def test_the_characters_left_out_are_those_that_were_not_learnt_from() -> None:
    characters = SHARED / "not_digits" / "characters.json"
    if not characters.exists():
        pytest.skip("needs the characters in ../shared/data/not_digits")
    learnt = {(r["alphabet"], r["character"]) for r in json.loads(characters.read_bytes())}
    assert learnt == {
        (alphabet, name)
        for alphabet in ALPHABETS
        for name in (f"character{n:02}" for n in range(1, CHARACTERS[alphabet] + 1))
        if name not in LOOK_ALIKES[alphabet]
    }
