"""Digits and drawings are shown as text that fits the terminal."""

import json
from pathlib import Path

import numpy as np
import pytest

from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.png import encode_png
from export.show import read_drawing, shade, side_by_side
from tests.export.commands import run_export
from tests.export.small_data import draw_digits


@pytest.mark.parametrize("columns", [30, 60, 100, 200])
def test_digits_fit_the_width_of_the_terminal(small_mnist: Path, columns: int) -> None:
    done = run_export("show", "25", "--seed", "1", "--data", str(small_mnist), columns=columns)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert done.stdout.count("[") == 25
    first_row = lines[0].count("[")
    assert first_row == (columns + 2) // 30


def test_the_same_seed_shows_the_same_digits(small_mnist: Path) -> None:
    shown = [
        run_export("show", "5", "--seed", seed, "--data", str(small_mnist)).stdout
        for seed in ("1", "1", "2")
    ]
    assert shown[0] == shown[1] != shown[2]


def test_ink_is_dark_and_paper_is_blank() -> None:
    picture = np.zeros((4, 3), np.float32)
    picture[:2, 1] = 1.0
    assert shade(picture) == [" @ ", "   "]


def test_blocks_stand_beside_each_other_while_they_fit() -> None:
    blocks = [["ab", "cd"], ["ef", "gh"], ["ij", "kl"]]
    assert side_by_side(blocks, 6) == "ab  ef\ncd  gh\n\nij\nkl"
    assert side_by_side(blocks, 1) == "ab\ncd\n\nef\ngh\n\nij\nkl"


def test_a_drawing_is_shown_as_the_model_sees_it(tmp_path: Path) -> None:
    """The same 1, as strokes, as an object with strokes, as pixels and as a PNG."""
    strokes = [[[10, 10, 0.5], [10, 90, 0.7]]]
    ink = np.zeros((60, 60), np.uint8)
    ink[10:50, 28:33] = 255
    files = {
        "list.json": json.dumps(strokes).encode(),
        "strokes.json": json.dumps({"strokes": strokes}).encode(),
        "pixels.json": json.dumps({"pixels": ink.tolist()}).encode(),
        "one.png": encode_png(255 - ink),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        done = run_export("show", "--drawing", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        rows = done.stdout.splitlines()
        assert len(rows) == 14
        assert sum("@" in row for row in rows) in (9, 10)
        assert all(set(row[:11] + row[18:]) <= {" "} for row in rows), name


def test_flat_pixels_are_28_by_28(tmp_path: Path) -> None:
    digit = draw_digits(1, seed=1).pictures[0]
    (tmp_path / "flat.json").write_text(json.dumps({"pixels": digit.ravel().tolist()}))
    (tmp_path / "rows.json").write_text(json.dumps({"pixels": digit.tolist()}))
    flat, rows = (read_drawing(tmp_path / f"{name}.json") for name in ("flat", "rows"))
    np.testing.assert_array_equal(normalise(flat), normalise(rows))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither a PNG"),
        (b"{", "neither strokes nor pixels"),
        (b"{}", "neither strokes nor pixels"),
        (b"[[1]]", "neither strokes nor pixels"),
        (b'{"pixels": [[0, 256]]}', "neither strokes nor pixels"),
        (b'{"pixels": [[0, 0], [0, 0]]}', "no ink"),
        (b"\x89PNG\r\n\x1a\n", "cannot be decoded"),
    ],
)
def test_what_is_no_drawing_is_one_line_and_status_2(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    done = run_export("show", "--drawing", str(tmp_path / "file"))
    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run_export("show", "--drawing", str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert done.stderr == f"error: {tmp_path / 'nothing'}: No such file or directory\n"


@pytest.mark.parametrize("arguments", [(), ("0",), ("-3",), ("many",), ("3", "--drawing", "x")])
def test_a_count_or_a_drawing_must_be_given(arguments: tuple[str, ...]) -> None:
    done = run_export("show", *arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
