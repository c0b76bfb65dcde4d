"""The API and the page as `make run` serves them, for probes, and one request to either."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chalicelib.errors import InklingError
from tools.package.build import ROOT

HOST = "127.0.0.1"
START_TIMEOUT_S = 120.0
REQUEST_TIMEOUT_S = 30.0
STARTED = b"Ctrl-C stops both."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; the names of its headers are in lower case. method: of what was asked."""

    method: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """Where the servers listen, and the file of all that they write."""

    api: str
    page: str
    log: Path


class SiteFailed(InklingError):
    """The servers did not start."""


def ask(
    base: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Send one request as it stands: a path may be any, a header may take the place of ours."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=REQUEST_TIMEOUT_S)
    given = {name.lower(): value for name, value in (headers or {}).items()}
    try:
        connection.putrequest(method, path, skip_host="host" in given, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value)
        if body or method == "POST":
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body or None)
        found = connection.getresponse()
        names = {name.lower(): value for name, value in found.getheaders()}
        return Answer(method, found.status, names, found.read())
    finally:
        connection.close()


@contextmanager
def running_site(variables: Mapping[str, str], folder: Path) -> Iterator[Site]:
    """Run both servers with these variables over our own. Raises SiteFailed."""
    api, page = _free_ports()
    command = [sys.executable, "-m", "tools.run", "--api-port", str(api), "--page-port", str(page)]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=output, stderr=output
        )
        try:
            _wait(process, log)
            yield Site(f"http://{HOST}:{api}", f"http://{HOST}:{page}", log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _free_ports() -> tuple[int, int]:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if STARTED in log.read_bytes():
            return
        time.sleep(0.1)
    raise SiteFailed(f"the servers did not start: {log.read_text(errors='replace')[-2000:]}")
