"""The drawn sets are fetched, checked, and made whole or not at all, with their licences."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from export.drawing_sets import digest
from export.drawings import make_sets
from export.drawn import SETS, load_drawings
from export.errors import MissingData
from export.originals import Source
from export.sources import SOURCES
from tests.export.commands import ROOT, run_export
from tests.export.file_server import FileServer
from tests.export.small_sources import serve_sources

WAIT_S = 30.0


@pytest.fixture
def sources(file_server: FileServer) -> tuple[Source, ...]:
    """Return the sources, small and on a local server."""
    return serve_sources(file_server)


def files_in(folder: Path) -> list[str]:
    """Return the names of the sets and notes that are there, and of what is unfinished."""
    found = (path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in found)
    return sorted(name for name in names if not name.startswith("originals/"))


def test_every_set_is_made_and_read_with_its_groups(
    sources: tuple[Source, ...], tmp_path: Path
) -> None:
    make_sets(tmp_path, sources)
    assert files_in(tmp_path) == sorted([*SETS, "SOURCES.md"])
    assert {sample.group for sample in load_drawings(tmp_path)} == {
        *("uji-w00", "uji-w01", "numberpad"),
        *("niklashenning/hwd-1000-dataset", "kitonjicsm/digit-eye", "IsotoxalDev/Godot-NN"),
        *("Greek", "airplane", "bicycle"),
    }


def test_only_the_start_of_the_doodles_is_downloaded(
    file_server: FileServer, sources: tuple[Source, ...], tmp_path: Path
) -> None:
    make_sets(tmp_path, sources[-1:])
    assert {asked for _, asked in file_server.requested} == {f"bytes=0-{256 + 3 * 784 - 1}"}


def test_each_licence_is_told_and_written_down(
    sources: tuple[Source, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_sets(tmp_path, sources[:2])
    make_sets(tmp_path, sources[2:])
    told, written = capsys.readouterr().out, (tmp_path / "SOURCES.md").read_text()
    for source in SOURCES:
        for text in (source.title, source.people, source.licence, source.home):
            assert text in told
            assert text in written
        assert source.changes in written
    assert [line[3:] for line in written.splitlines() if line.startswith("## ")] == list(SETS)


def test_a_source_says_whether_the_models_learnt_from_the_same(
    sources: tuple[Source, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uji = sources[0]
    make_sets(tmp_path, [replace(uji, digest=digest(uji.obtain(tmp_path / "originals")))])
    assert "2 drawings, the same that the published models learnt" in capsys.readouterr().out
    make_sets(tmp_path, [uji], anew=True)
    assert "2 drawings, not the same that the published models" in capsys.readouterr().out


def test_a_set_that_is_there_is_left_alone_unless_it_is_wanted_anew(
    file_server: FileServer, sources: tuple[Source, ...], tmp_path: Path
) -> None:
    mine = tmp_path / "drawn" / "strokes.json"
    mine.parent.mkdir()
    mine.write_text("[]")
    make_sets(tmp_path, sources[:2])
    assert mine.read_text() == "[]"
    assert not file_server.requested
    make_sets(tmp_path, sources[:2], anew=True)
    assert len(json.loads(mine.read_text())) == 12


def test_a_source_that_is_gone_costs_its_own_set_alone(
    file_server: FileServer,
    sources: tuple[Source, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content = file_server.files.pop("/numberpad.json")
    gone = file_server.url + "numberpad.json"
    with pytest.raises(MissingData, match=r"not made: drawn/strokes\.json; .* --only"):
        make_sets(tmp_path, sources)
    error = capsys.readouterr().err
    assert "numberpad.json is not in" in error
    assert (
        f"HTTP 404); connect to the network, or put the file there yourself: it is {gone}" in error
    )
    assert files_in(tmp_path) == sorted([*SETS[1:], "SOURCES.md"])
    (tmp_path / "originals" / "numberpad.json").write_bytes(content)
    make_sets(tmp_path, sources)
    assert (tmp_path / SETS[0]).exists()


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"", b"PK\x03\x04"])
def test_a_page_in_place_of_a_file_is_not_taken_for_it(
    file_server: FileServer, sources: tuple[Source, ...], tmp_path: Path, content: bytes
) -> None:
    for source in sources:
        for original in source.originals:
            file_server.files[f"/{original.name}"] = content
    with pytest.raises(MissingData, match="not made: " + ", ".join(SETS)):
        make_sets(tmp_path, sources)
    assert files_in(tmp_path) == []
    assert list((tmp_path / "originals").iterdir()) == []


def test_a_file_of_another_sum_or_count_is_refused(
    sources: tuple[Source, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (original,) = sources[0].originals
    for wrong in (replace(original, sha256=("0" * 64,)), replace(original, drawings=3)):
        with pytest.raises(MissingData):
            make_sets(tmp_path, [replace(sources[0], originals=(wrong,))])
    error = capsys.readouterr().err
    assert "what came has the sha256 " in error
    assert "what came holds 2 drawings, not 3" in error


def test_a_damaged_original_is_named_and_kept(
    sources: tuple[Source, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "originals" / "numberpad.json"
    path.parent.mkdir()
    path.write_text("{}")
    with pytest.raises(MissingData):
        make_sets(tmp_path, [sources[1]])
    assert f"{path}: is not what it should be" in capsys.readouterr().err
    assert path.read_text() == "{}"


def test_ctrl_c_leaves_no_half_set_and_the_next_call_resumes(
    file_server: FileServer, sources: tuple[Source, ...], tmp_path: Path
) -> None:
    (original,) = sources[1].originals
    path = f"/{original.name}"
    file_server.files[path] += b" " * 1_000_000
    half = len(file_server.files[path]) // 2
    file_server.held = {path}
    program = (
        "from pathlib import Path; from dataclasses import replace\n"
        "from export.command import run_command; from export.drawings import make_sets\n"
        "from export.sources import SOURCES\n"
        f"original = replace(SOURCES[1].originals[0], mirrors={original.mirrors!r}, drawings=10)\n"
        "source = replace(SOURCES[1], originals=(original,))\n"
        f"run_command(lambda: make_sets(Path({str(tmp_path)!r}), [source]), 'stopped')"
    )
    command = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE)
    part = tmp_path / "originals" / f"{original.name}.part"
    deadline = time.monotonic() + WAIT_S
    while not (part.exists() and part.stat().st_size > half // 2):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(command.pid, signal.SIGINT)
    _, errors = command.communicate(timeout=WAIT_S)
    assert (command.returncode, errors) == (130, b"error: stopped\n")
    assert files_in(tmp_path) == []
    have_bytes = part.stat().st_size
    file_server.held = set()
    make_sets(tmp_path, [sources[1]])
    assert file_server.requested[-1] == (path, f"bytes={have_bytes}-")
    assert (tmp_path / SETS[0]).exists()


def test_the_command_names_a_source_that_it_does_not_know(tmp_path: Path) -> None:
    done = run_export("drawings", "--out", str(tmp_path), "--only", "uji,mnist")
    assert done.returncode == 2
    assert "there is no source mnist" in done.stderr
    assert not any(tmp_path.iterdir())


def test_the_command_leaves_what_is_there(tmp_path: Path) -> None:
    for name in SETS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"mine")
    done = run_export("drawings", "--out", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("is there already; --anew makes it again") == 4
