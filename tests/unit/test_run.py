"""`make run` says what is in its way."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.local_server import HOST


def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start what cannot be started."""
    return subprocess.run(
        [sys.executable, "-m", "tools.run", *arguments],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("taken", "other", "name"),
    [("--api-port", "--page-port", "the API"), ("--page-port", "--api-port", "the page")],
)
def test_a_port_that_is_taken_is_named_and_not_recommended(
    taken: str, other: str, name: str, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port_of_other = str(free.getsockname()[1])
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        port = str(held.getsockname()[1])
        done = start(taken, port, other, port_of_other, INKLING_FEEDBACK=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} ")
    assert done.stderr.count(port) == 1
    assert name in done.stderr


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("{tmp}/file", "not a directory"),
        ("{tmp}/file/below", "cannot be made (Not a directory)"),
        ("/proc/feedback", "cannot be made"),
        ("s3://Bad_B/", "no bucket can be called"),
        ("~nobody-of-that-name/x", "home directory"),
    ],
)
def test_feedback_that_could_not_be_kept_stops_the_start(
    tmp_path: Path, location: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    done = start(INKLING_FEEDBACK=location.format(tmp=tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("INKLING_FEEDBACK ")
    assert reason in done.stderr


def test_models_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    done = start(INKLING_MODELS=str(tmp_path), INKLING_FEEDBACK=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("INKLING_MODELS ")
    assert f"{tmp_path}/manifest.json: cannot be read" in done.stderr


def test_both_ports_must_not_be_the_same(tmp_path: Path) -> None:
    done = start("--api-port", "8140", "--page-port", "8140", INKLING_FEEDBACK=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "both 8140" in done.stderr
