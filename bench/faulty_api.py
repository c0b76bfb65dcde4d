"""An API that fails on command: it speaks HTTP as the real one does, and answers as it is told.

With a real API behind it, it passes on to that one what it is told to pass on.
"""

import base64
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import numpy as np

from bench.transports import ServerTransport
from chalicelib.recognition.png import encode_png

HOST = "127.0.0.1"
PASSED_ON = ("content-type", "idempotency-key")


@dataclass(frozen=True)
class Reply:
    """One answer; `until` is awaited before it is sent, `hangs_up` breaks the connection.

    body: what to send, or a function that makes it of the request.
    passes_on: the real API does what was asked, and answers; with `hangs_up` that answer is lost.
    cut_at: how many bytes of the body come before the connection breaks.
    """

    body: object = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    until: Event | None = None
    hangs_up: bool = False
    delay_s: float = 0.0
    passes_on: bool = False
    cut_at: int | None = None


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FaultyApi:
    """What is answered, by the last part of the path, and what was asked.

    replies: for each address its answers in order; the last one is given again and again.
    behind: the port of the real API on this machine, 0 for none.
    """

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    port: int = 0
    behind: int = 0
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def answer(self, address: str, *replies: Reply) -> None:
        """Set what is answered there from now on."""
        self.replies[address] = list(replies)

    def asked(self, address: str) -> list[Received]:
        """Return the requests that came there, without the preflights."""
        return [each for each in self.received if f"/v1/{address}" in each.path]

    def reply_to(self, received: Received) -> Reply:
        """Note a request and return its answer; 404 where none is set."""
        self.received.append(received)
        address = received.path.removeprefix("/v1/").partition("/")[0]
        replies = self.replies.get(address, [Reply({"detail": "There is nothing here."}, 404)])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return replace(reply, body=reply.body(received)) if callable(reply.body) else reply

    def start(self) -> None:
        """Listen, unless it does, at the same port as before if it listened before."""
        if self._server:
            return
        self._server = _Server((HOST, self.port), partial(_Handler, api=self))
        self.port = self._server.server_port
        serve = partial(self._server.serve_forever, poll_interval=0.02)
        Thread(target=serve, daemon=True).start()

    def stop(self) -> None:
        """Refuse every connection from now on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def faulty_api(behind: int = 0) -> Iterator[FaultyApi]:
    """Run one on a free port of this machine, with the real API at a port behind it."""
    api = FaultyApi(behind=behind)
    api.start()
    try:
        yield api
    finally:
        api.stop()


def reading(*digits: tuple[str, str], **changes: object) -> dict[str, Any]:
    """Return an answer of the API to digits given as label and status, each 80 units apart."""
    found = [
        {
            "label": label,
            "status": status,
            "probability": 0.5 if status == "unsure" else 0.99,
            "candidates": [
                {"label": label, "probability": 0.5 if status == "unsure" else 0.99},
                {"label": "8" if label != "8" else "3", "probability": 0.005},
                {"label": "9" if label != "9" else "4", "probability": 0.004},
            ],
            "box": {"x": 40.0 + 80 * i, "y": 100.0, "width": 70.0, "height": 120.0},
            "seen": _picture(),
        }
        for i, (label, status) in enumerate(digits)
    ]
    text = "".join(label if status == "recognized" else "?" for label, status in digits)
    model = {"name": "cnn", "version": "0a1b2c3d"}
    return {
        "text": text,
        "digits": found,
        "model": model,
        "preprocessing": "1",
        "models": [
            {"name": name, "version": "0a1b2c3d", "text": text, "digits": found}
            for name in ("cnn", "perceptron")
        ],
        **changes,
    }


def _picture() -> str:
    png = encode_png(np.eye(28, dtype=np.uint8) * np.uint8(255))
    return "data:image/png;base64," + base64.b64encode(png).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, *connection: object, api: FaultyApi) -> None:
        self._api = api
        super().__init__(*connection)  # type: ignore[arg-type]  # socketserver gives what it takes

    def do_OPTIONS(self) -> None:
        self._send(Reply(status=204))

    def do_GET(self) -> None:
        self._answer(b"")

    def do_DELETE(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, raw: bytes) -> None:
        body = json.loads(raw) if raw else None
        reply = self._api.reply_to(Received(self.command, self.path, dict(self.headers), body))
        if reply.until:
            reply.until.wait(30)
        time.sleep(reply.delay_s)
        if reply.passes_on:
            reply = self._pass_on(raw, reply)
        if reply.hangs_up:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(reply)

    def _pass_on(self, raw: bytes, reply: Reply) -> Reply:
        """Return the reply with what the real API answers in it."""
        kept = {n: v for n, v in self.headers.items() if n.lower() in PASSED_ON}
        found = ServerTransport(self._api.behind).request(self.command, self.path, raw, kept)
        headers = tuple((n, v) for n, v in found.headers.items() if n in ("content-type", "etag"))
        return replace(reply, body=found.body, status=found.status, headers=headers)

    def _send(self, reply: Reply) -> None:
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        try:
            self.send_response(reply.status)
            for name in ("Origin", "Headers", "Methods"):
                self.send_header(f"Access-Control-Allow-{name}", "*")
            self.send_header("Access-Control-Expose-Headers", "Retry-After")
            for header in reply.headers:
                self.send_header(*header)
            self.send_header("Content-Length", "0" if reply.status == 204 else str(len(raw)))
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(raw[: reply.cut_at])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the page has given up waiting, as it may

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""
