"""`python -m export.batch` on this machine: every file answered, stopped and gone on, summed up."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bench.bulk_drawings import draw_digit, paint_digit
from bench.compressed import archive_of
from chalicelib.batch import drawings
from chalicelib.batch.lines import Line, read_lines
from chalicelib.recognition.manifest import MANIFEST
from export.batch.local import LOCK, read_piece, run_tasks, work_folder
from export.batch.results_file import check_results_file
from export.batch.tasks import Piece, find_files, make_tasks
from export.command import MODELS_FOLDER
from export.errors import InvalidOption, MissingData

ROOT = Path(__file__).parents[2]
LINES = 2000


def batch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "export.batch", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def results_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of every kind of input, some of them broken."""
    rng = np.random.default_rng(4)
    inputs = tmp_path / "inputs"
    (inputs / "deep").mkdir(parents=True)
    (inputs / ".hidden").write_bytes(b"not asked for")
    (inputs / "deep" / "a.png").write_bytes(paint_digit(rng))
    (inputs / "b.png").write_bytes(b"")
    entries = [(f"{n}.png", paint_digit(rng)) for n in range(3)]
    (inputs / "c.zip").write_bytes(archive_of([*entries, ("d.txt", b"text")]))
    lines = [json.dumps({"strokes": draw_digit(rng), "id": n}) for n in range(LINES)]
    (inputs / "many.jsonl").write_text("\n".join([*lines, "{broken"]))
    return inputs


def test_a_folder_is_read_each_drawing_once_in_order(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    done = batch("run", folder, "--out", out, "--processes", "2")
    assert done.returncode == 0, done.stderr
    results = results_in(out)
    names = [Path(r["input"]).name for r in results]
    assert names == ["b.png", *["c.zip"] * 4, "a.png", *["many.jsonl"] * (LINES + 1)]
    assert [r["id"] for r in results if "id" in r] == list(range(LINES))
    errors = [r["error"]["code"] for r in results if "error" in r]
    assert errors == ["empty_input", "unsupported_image", "invalid_json"]
    assert not work_folder(out).exists()


def test_what_was_killed_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", "export.batch", "run", str(folder), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--processes", "1"], cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL
    )
    while process.poll() is None and not list(work_folder(out).glob("?" * 32)):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = list(work_folder(out).glob("?" * 32))
    assert before
    next(iter(before)).write_bytes(b'{"kept": true}\n')  # so that it shows if it is made anew
    assert batch("run", folder, "--out", out).returncode == 0
    assert any(result.get("kept") for result in results_in(out))


def test_ctrl_c_ends_it_at_once_with_one_line(folder: Path, tmp_path: Path) -> None:
    """Also while its processes still start, who would say where they were interrupted."""
    out = tmp_path / "results.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "export.batch", "run", str(folder), "--out", str(out)],
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and len(children.read_text().split()) < 2:
        time.sleep(0.005)  # the first one is multiprocessing's own
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) == (130, "error: stopped; the same command goes on\n")
    assert batch("run", folder, "--out", out).returncode == 0
    assert len(results_in(out)) == LINES + 7


def names(folder: Path, models: Path = MODELS_FOLDER) -> list[str]:
    return [task.name for task in make_tasks(find_files([folder]), models)]


def test_a_file_that_changed_is_read_anew(folder: Path) -> None:
    before = names(folder)
    assert names(folder) == before
    (folder / "b.png").write_bytes(paint_digit(np.random.default_rng(5)))
    after = names(folder)
    assert after[0] != before[0]
    assert after[-1] == before[-1]


def test_what_other_models_read_is_read_anew(folder: Path, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes((MODELS_FOLDER / MANIFEST).read_bytes() + b"\n")
    assert not set(names(folder)) & set(names(folder, tmp_path))


def test_a_file_that_changes_meanwhile_is_said_so(folder: Path, tmp_path: Path) -> None:
    """What was planned for another content would begin in the middle of a line."""
    tasks = list(make_tasks(find_files([folder]), MODELS_FOLDER))
    many = folder / "many.jsonl"
    many.write_bytes(b" " + many.read_bytes())
    out = tmp_path / "results.jsonl"
    run_tasks(tasks, out, MODELS_FOLDER, 1, lambda _: None)
    found = [r for r in results_in(out) if r["input"] == str(many)]
    assert {r["error"]["code"] for r in found} == {"input_changed"}
    assert sum(r.get("drawings", 1) for r in found) == LINES + 1


def test_a_file_that_cannot_be_read_does_not_keep_the_others(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = find_files([folder])
    (folder / "b.png").unlink()
    tasks = list(make_tasks(files, MODELS_FOLDER))
    out = tmp_path / "results.jsonl"
    run_tasks(tasks, out, MODELS_FOLDER, 1, lambda _: None)
    first, *others = results_in(out)
    assert first["error"]["code"] == "input_gone"
    assert sum("answer" in r for r in others) == LINES + 4

    def refuse(path: Path, *_: str) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    (asked,) = read_piece(tasks[0].pieces[0])
    assert str(asked.request) == "It cannot be read: Permission denied."


def test_what_breaks_off_is_said_once_for_what_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = next(p for p in pieces(folder) if p.path.name == "many.jsonl" and p.span.first > 1)

    def fail(*asked: Any) -> Iterator[Line]:
        yield from islice(read_lines(*asked), 7)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(drawings, "read_lines", fail)
    *read, broken = read_piece(piece)
    numbers = range(piece.span.first, piece.span.first + 7)
    assert [asked.place["line"] for asked in read] == list(numbers)
    left = piece.span.drawings - 7
    assert broken.place == {"first": numbers.stop, "drawings": left}
    assert str(broken.request) == "It cannot be read: Input/output error."


def pieces(folder: Path) -> list[Piece]:
    tasks = make_tasks(find_files([folder]), MODELS_FOLDER)
    return [piece for task in tasks for piece in task.pieces]


def test_two_runs_do_not_write_one_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    work_folder(out).mkdir()
    with (work_folder(out) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = batch("run", folder, "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "another run" in done.stderr


def test_a_name_that_is_no_utf_8_is_escaped(tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    path = os.fsencode(odd) + b"/\xff new\nline.png"
    Path(os.fsdecode(path)).write_bytes(paint_digit(np.random.default_rng(4)))
    out = tmp_path / "results.jsonl"
    done = batch("run", odd, "--out", out)
    assert done.returncode == 0, done.stderr
    (result,) = results_in(out)
    assert Path(result["input"]).name == "\\xff new\nline.png"
    assert "answer" in result


def test_results_take_the_place_of_results_alone(folder: Path, tmp_path: Path) -> None:
    """In a folder that is read they would be read as drawings by the next run."""
    for out in (folder / "results.jsonl", folder / "b.png"):
        with pytest.raises(InvalidOption, match="what is read"):
            check_results_file(out, {"x"}.__contains__, [folder])
    with pytest.raises(InvalidOption, match="no file"):
        check_results_file(tmp_path, {"x"}.__contains__)
    other = tmp_path / "precious.txt"
    for content in (b"not ours", b'{"input":5}', b'{"input":', b"\xff\xfe"):
        other.write_bytes(content)
        with pytest.raises(InvalidOption, match="holds no results"):
            check_results_file(other, {"x"}.__contains__)
    other.write_text('{"input":"x","error":{}}\n')
    check_results_file(other, {"x"}.__contains__, [folder])
    check_results_file(tmp_path / "absent.jsonl", {"x"}.__contains__, [folder])
    done = batch("run", folder, "--out", folder / "results.jsonl")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (folder / "results.jsonl.work").exists()


def test_results_of_other_inputs_are_not_written_over(folder: Path, tmp_path: Path) -> None:
    out, archive = tmp_path / "results.jsonl", folder / "c.zip"
    for _ in range(2):  # those of the same command are
        assert batch("run", archive, "--out", out).returncode == 0
    before = out.read_bytes()
    done = batch("run", folder / "deep", "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"holds results of {archive}, which would be lost" in done.stderr
    done = batch("collect", "--bucket", "nowhere", "--job", "may", "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert out.read_bytes() == before
    assert batch("run", folder / "deep", archive, "--out", out).returncode == 0


def test_what_could_not_be_read_is_counted_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("Scans of May\n" * 200)
    (tmp_path / "one.png").write_bytes(paint_digit(np.random.default_rng(4)))
    out = tmp_path / "out" / "results.jsonl"
    paths = (tmp_path / "README.txt", tmp_path / "one.png")
    done = batch("run", *paths, "--out", out, "--processes", "1")
    assert done.stdout.startswith("2 drawings in ")
    assert "by 1 process; 1 could not be read." in done.stdout
    assert results_in(out)[0]["error"]["code"] == "unsupported_input"
    done = batch("run", paths[1], "--out", tmp_path / "one.jsonl", "--processes", "1")
    assert done.stdout.startswith("1 drawing in ")
    assert "not be read" not in done.stdout


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="no file or folder"):
        find_files([tmp_path / "absent"])
    with pytest.raises(MissingData, match="no files in"):
        find_files([tmp_path])
    done = batch("run", tmp_path / "absent")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_the_report_draws_a_picture(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    assert batch("run", folder, "--out", out).returncode == 0
    done = batch("report", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{LINES + 7:,} drawings, ")
    with Image.open(tmp_path / "results.jsonl.png") as picture:
        assert min(picture.size) > 400
