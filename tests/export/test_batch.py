"""`python -m export.batch` on this machine: every file answered, stopped and gone on, summed up."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bench.bulk_drawings import draw_digit, paint_digit
from bench.compressed import archive_of
from export.batch.local import work_folder
from export.batch.summary import STATUSES, summarise
from export.batch.tasks import find_files, make_tasks
from export.errors import DamagedResults, MissingData

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


def test_a_file_that_changed_is_read_anew(folder: Path) -> None:
    before = [task.name for task in make_tasks(find_files([folder]))]
    assert [task.name for task in make_tasks(find_files([folder]))] == before
    (folder / "b.png").write_bytes(paint_digit(np.random.default_rng(5)))
    after = [task.name for task in make_tasks(find_files([folder]))]
    assert after[0] != before[0]
    assert after[-1] == before[-1]


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="no file or folder"):
        find_files([tmp_path / "absent"])
    with pytest.raises(MissingData, match="no files in"):
        find_files([tmp_path])
    done = batch("run", tmp_path / "absent")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def digit(label: str, probability: float, status: str) -> dict[str, Any]:
    return {"label": label, "probability": probability, "status": status}


def test_a_summary_counts_and_finds_the_least_sure(tmp_path: Path) -> None:
    seen = "data:image/png;base64,AAAA"
    sure = {"input": "x", "line": 1, "answer": {"digits": [digit("7", 1.0, "recognized")]}}
    pairs = [digit("1", 0.9, "recognized"), digit("7", 0.5, "unsure")]
    doubtful = [{"digit": 0, "seen": seen}, {"digit": 1, "seen": seen}]
    unsure = {"input": "job/x", "line": 2, "answer": {"digits": pairs}, "doubtful": doubtful}
    gone = {"input": "x", "first": 3, "drawings": 250, "error": {"code": "input_gone"}}
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in (sure, unsure, gone)))
    summary = summarise(path)
    assert (summary.drawings, summary.digits, summary.errors) == (252, 3, {"input_gone": 250})
    assert [summary.of_status(status) for status in STATUSES] == [2, 1, 0]
    assert [each.probability for each in summary.least] == [0.5, 0.9]
    assert summary.least[0].place == "x 2"


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"answer": {}}', '{"error": 5}'])
def test_a_line_that_is_no_result_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(DamagedResults, match="line 1"):
        summarise(path)


def test_the_report_draws_a_picture(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    assert batch("run", folder, "--out", out).returncode == 0
    done = batch("report", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{LINES + 7:,} drawings, ")
    with Image.open(tmp_path / "results.png") as picture:
        assert min(picture.size) > 400
