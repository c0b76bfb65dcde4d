"""Processor time a drawing: this worker's own, beside FastAPI + uvicorn + onnxruntime + Pillow.

    python -m bench.processor [--rounds 7]

Both read the same 280 x 280 PNG with the same model, in turn; only the time of the process that
answers is counted, its start is not. `bench/peer/peer.py` says how the peer is built.
"""

import argparse
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from bench.cold import processor_ms
from bench.emulator.runtime_api import HOST
from bench.emulator.worker import Worker
from bench.events import PNG, image_event, painted_png
from bench.figures import Figure, Spread
from bench.workers import Functions, functions, require_success
from export.errors import UnexpectedAnswer
from tools.package.build import ROOT

PEER = ROOT / "bench" / "peer"
PEER_BIN = ROOT / ".venv-peer" / "bin"
RUNS = 200  # of each in a round
START_TIMEOUT_S = 60.0
BOUNDARY = "inkling"
Send = Callable[[], None]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.processor", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    arguments = parser.parse_args()
    with functions(arguments.build) as found:
        for figure in figures(found, arguments.rounds):
            print(figure)


def figures(found: Functions, rounds: int) -> list[Figure]:
    """Return processor us a drawing, beside the peer as its manuals build it and as tuned."""
    event = image_event()
    with Worker(found.inkling) as worker, peer(found.model) as (process, connection):
        senders: dict[str, tuple[int, Send]] = {
            "inkling": (
                worker.process.pid,
                lambda: require_success(worker.invoke(event).body),
            ),
            "upload": (process.pid, lambda: upload(connection)),
            "tuned": (process.pid, lambda: post(connection, "/tuned", painted_png(), PNG)),
        }
        spent = measure(senders, rounds)
    ours = Spread.of(spent["inkling"])
    what = "processor time a 280 x 280 PNG, floor: FastAPI + uvicorn + onnxruntime + Pillow"
    return [
        Figure(
            f"{what}, as their manuals", "us", ours, Spread.of(spent["upload"]), most_times=1 / 3
        ),
        Figure(f"{what}, tuned", "us", ours, Spread.of(spent["tuned"])),
    ]


def measure(senders: dict[str, tuple[int, Send]], rounds: int) -> dict[str, list[float]]:
    """Return the processor us a drawing of each round; the first, which warms up, is left out."""
    spent: dict[str, list[float]] = {name: [] for name in senders}
    for turn in range(-1, rounds):
        for name, (pid, send) in senders.items():
            before_ms = processor_ms(pid)
            for _ in range(RUNS):
                send()
            if turn >= 0:
                spent[name].append((processor_ms(pid) - before_ms) * 1000 / RUNS)
    return spent


@contextmanager
def peer(model: Path) -> Iterator[tuple[subprocess.Popen[bytes], HTTPConnection]]:
    """Run the peer and connect to it."""
    port = free_port()
    process = subprocess.Popen(
        [PEER_BIN / "uvicorn", "peer:app", "--port", str(port), "--log-level", "warning"],
        cwd=PEER,
        env={"MODEL": str(model), "ORT_DISABLE_TELEMETRY": "1", "PATH": os.defpath},
    )
    connection = HTTPConnection(HOST, port, timeout=START_TIMEOUT_S)
    try:
        wait_until_open(process, connection)
        yield process, connection
    finally:
        connection.close()
        process.terminate()
        process.wait()


def wait_until_open(process: subprocess.Popen[bytes], connection: HTTPConnection) -> None:
    """Wait for the peer. Raises RuntimeError where it does not start."""
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The peer did not start; `make bench` installs what it needs.")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def upload(connection: HTTPConnection) -> None:
    """Send the image as a form's file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="7.png"\r\n'
    body = f"{head}Content-Type: {PNG}\r\n\r\n".encode() + painted_png()
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    post(connection, "/upload", body, f"multipart/form-data; boundary={BOUNDARY}")


def post(connection: HTTPConnection, path: str, body: bytes, content_type: str) -> None:
    """Send a body. Raises UnexpectedAnswer where it is refused."""
    connection.request("POST", path, body, {"Content-Type": content_type})
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise UnexpectedAnswer(response.status, answer.decode())


if __name__ == "__main__":
    main()
