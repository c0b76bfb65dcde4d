"""Starts the AWS emulator for tests, and knows how to speak to it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
STACK_PYTHON = str(ROOT / ".venv-stack" / "bin" / "python")
HOST = "127.0.0.1"
REGION = "eu-central-1"
START_TIMEOUT_S = 60.0
MISSING = "The proof of the stack needs .venv-stack; `make test` makes it."


def environment(port: int) -> dict[str, str]:
    """Return the environment in which AWS is the emulator; nothing else differs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def session() -> boto3.session.Session:
    """Return a session with the emulator's account; the endpoint is set by each client."""
    return boto3.session.Session("test", "test", region_name=REGION)


@contextmanager
def emulator(folder: Path) -> Iterator[int]:
    """Run the emulator on a free port, with rights enforced; its output goes to the folder."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    variables = os.environ | {"GATEWAY_PORT": str(port), "BIND_HOST": HOST, "AUTH": "true"}
    variables |= {"PYTHONPATH": str(ROOT)}  # where the judge of alarms is
    with (folder / "emulator.log").open("wb") as output:
        process = subprocess.Popen(
            [STACK_PYTHON, str(Path(__file__).with_name("emulator.py"))],
            cwd=folder,
            env=variables,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_until_ready(process, port, folder / "emulator.log")
            yield port
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"the emulator did not start: {output.read_text()}")
