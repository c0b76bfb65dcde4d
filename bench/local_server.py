"""A real `chalice local` in a process of its own, as `make run` starts it, for whoever tests it."""

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.package.build import ROOT

HOST = "127.0.0.1"
START_TIMEOUT_S = 60.0
REQUEST_TIMEOUT_S = 30.0
POLL_S = 0.02
PORTS = range(20_000, 32_000)
OPEN = b"Serving on "


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class LocalServer:
    """One life of a server; it dies by `kill`, and begins with another object."""

    def __init__(
        self, feedback: Path, output: Path, prefix: Sequence[str] = (), port: int | None = None
    ) -> None:
        """Start it.

        feedback: the folder of its store. output: the file that takes what it says. prefix: a
        command that runs it, such as faketime. port: a free one unless it is given.
        """
        self.port = port or free_port()
        self._output = output
        command = [sys.executable, "-m", "tools.local_api", "--stage", "dev"]
        command += ["--host", HOST, "--port", str(self.port)]
        environ = os.environ | {"INKLING_FEEDBACK": str(feedback)}
        with output.open("ab") as file:
            self._said_before = file.tell()
            self._process = subprocess.Popen(
                [*prefix, *command], cwd=ROOT, env=environ, stdout=file, stderr=file
            )

    def wait_until_open(self) -> None:
        """Wait until it says that it takes connections. Raises RuntimeError where it does not.

        That a connection can be made is no sign: it may be to somebody else's server.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if OPEN in self._output.read_bytes()[self._said_before :]:
                return
            time.sleep(POLL_S)
        raise RuntimeError(f"chalice local did not start: {self._output.read_text()}")

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request. Raises OSError or HTTPException where no whole answer comes."""
        return request(self.port, method, path, body, headers)

    def kill(self) -> None:
        """Kill it at once, as nothing that it does can prevent."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._process.terminate()
        self._process.wait()


@contextmanager
def local_server(feedback: Path, output: Path, prefix: Sequence[str] = ()) -> Iterator[LocalServer]:
    """Run a server that takes connections; it does not outlive the context."""
    server = LocalServer(feedback, output, prefix)
    try:
        server.wait_until_open()
        yield server
    finally:
        server.stop()


def request(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request to a port of this machine, on a connection of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=REQUEST_TIMEOUT_S)
    sent = {name: value.encode() for name, value in (headers or {}).items()}
    try:
        connection.request(method, path, body or None, sent)
        found = connection.getresponse()
        headers = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, headers, found.read())
    finally:
        connection.close()


def free_port() -> int:
    """Return a port that nobody listens on at this moment.

    It is none of those that the system gives out by itself: somebody else would have it as soon as
    a server is killed, and answer what was meant for that.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
