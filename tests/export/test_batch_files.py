"""Which files are read in bulk, and what becomes of one that is cut short meanwhile."""

import base64
import io
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.batch import drawings
from chalicelib.batch.errors import InputChanged, InputGone
from chalicelib.batch.lines import Line, read_lines
from chalicelib.errors import PayloadTooLarge
from chalicelib.limits import MAX_BODY_BYTES
from export.batch.local import read_piece
from export.batch.picture import draw_summary
from export.batch.results_file import picture_of
from export.batch.summary import summarise
from export.batch.tasks import Piece, find_files, make_tasks
from export.command import MODELS_FOLDER

LINE = b'{"strokes": [[[10, 0], [10, 90]]]}\n'


def pieces(*paths: Path) -> list[Piece]:
    tasks = make_tasks(find_files(paths), MODELS_FOLDER)
    return [piece for task in tasks for piece in task.pieces]


def test_links_are_followed_and_one_that_leads_nowhere_is_an_input_that_is_gone(
    tmp_path: Path,
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "scans"
    (elsewhere / "deep").mkdir(parents=True)
    folder.mkdir()
    (elsewhere / "deep" / "one.jsonl").write_bytes(LINE)
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)  # round and round
    (folder / "lost.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(folder / "pipe.png")
    found = find_files([folder])
    assert found == [folder / "linked" / "deep" / "one.jsonl", folder / "lost.png"]
    lost = next(piece for piece in pieces(folder) if piece.path.name == "lost.png")
    (asked,) = read_piece(lost)
    assert isinstance(asked.request, InputGone)


def test_a_folder_that_cannot_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    look = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PermissionError, match="closed"):
        find_files([tmp_path])


def test_a_file_that_is_given_in_several_spellings_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(LINE)
    monkeypatch.chdir(tmp_path)
    here = Path("scans")
    spellings = [here, folder, here / ".." / here, here / "a.jsonl", folder / "a.jsonl"]
    assert find_files(spellings) == [Path("scans/a.jsonl")]


def test_files_of_one_relative_path_are_not_taken_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        Path("a.jsonl").write_bytes(LINE)
        os.utime("a.jsonl", (1, 1))
        names += [task.name for task in make_tasks(find_files([Path("a.jsonl")]), MODELS_FOLDER)]
    assert len(set(names)) == 2


def test_lines_that_are_cut_off_while_they_are_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(10 * LINE)
    (piece,) = pieces(path)

    def cut_short(*asked: Any) -> Iterator[Line]:
        return islice(read_lines(*asked), 4)

    monkeypatch.setattr(drawings, "read_lines", cut_short)
    *read, missing = read_piece(piece)
    assert [asked.place["line"] for asked in read] == [1, 2, 3, 4]
    assert missing.place == {"first": 5, "drawings": 6}
    assert isinstance(missing.request, InputChanged)


def test_an_image_that_is_too_large_is_told_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2 * MAX_BODY_BYTES))
    (piece,) = pieces(path)
    (asked,) = read_piece(piece)
    assert isinstance(asked.request, PayloadTooLarge)
    assert str(2 * MAX_BODY_BYTES + 8) in str(asked.request)


def test_a_picture_takes_no_scans_place_and_shows_any_name(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, "PNG")
    seen = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    digits = [{"label": "1", "probability": 0.5, "status": "unsure"}]
    doubtful = {"answer": {"digits": digits}, "doubtful": [{"digit": 0, "seen": seen}]}
    results = tmp_path / "scan.jsonl"
    results.write_text(json.dumps({"input": "in/a$b_$.png"} | doubtful))
    assert picture_of(results).name == "scan.jsonl.png"
    draw_summary(summarise(results), tmp_path / "any.name")
    with Image.open(tmp_path / "any.name") as picture:
        assert picture.format == "PNG"
