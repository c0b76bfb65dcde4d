"""`make run` says what is in its way."""

import socket
import subprocess
import sys

import pytest

from bench.local_server import HOST


@pytest.mark.parametrize(
    ("taken", "other", "name"),
    [("--api-port", "--page-port", "the API"), ("--page-port", "--api-port", "the page")],
)
def test_a_port_that_is_taken_is_named_and_not_recommended(
    taken: str, other: str, name: str
) -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port_of_other = str(free.getsockname()[1])
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        port = str(held.getsockname()[1])
        command = [sys.executable, "-m", "tools.run", taken, port, other, port_of_other]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} ")
    assert done.stderr.count(port) == 1
    assert name in done.stderr
