"""The Runtime API of one worker: where awslambdaric fetches events and leaves answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import queue
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from threading import Event, Thread

from bench.emulator.kept_connection import KeptConnection

HOST = "127.0.0.1"
NEXT = "/2018-06-01/runtime/invocation/next"
INIT_ERROR = "/2018-06-01/runtime/init/error"
REGION = "eu-west-1"
ACCOUNT = "123456789012"


class Outcome(StrEnum):
    """What became of an event."""

    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init error"
    ENDED = "ended"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Invoked:
    """What the worker says of an event: JSON; nothing where it ended or took too long.

    request_id: under which the worker logged it. duration_ms: what Lambda counts as the event's,
    without the start of a cold worker.
    """

    outcome: Outcome
    body: bytes = b""
    request_id: str = ""
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Invocation:
    """An event on its way to the worker: JSON, and when it is given up, in ms since 1970."""

    event: bytes
    deadline_ms: int
    request_id: str


class RuntimeApi:
    """The server; it holds one event at a time, as Lambda does."""

    def __init__(self, function: str) -> None:
        """Take the function's name, with its alias or version where it is called by that."""
        self.events: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Invoked] = queue.SimpleQueue()
        self.ready = Event()
        self.arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """What Lambda calls AWS_LAMBDA_RUNTIME_API."""
        return f"{HOST}:{self._server.server_port}"

    def close(self) -> None:
        """Let whoever waits for an event go, and close the port."""
        self.events.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__((HOST, 0), _Connection)


class _Connection(KeptConnection):
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        """Give the next event, once there is one."""
        api = self.server.api
        if self.path != NEXT:
            self._reply(HTTPStatus.NOT_FOUND, b"")
            return
        api.ready.set()
        invocation = api.events.get()
        if invocation is None:
            self._reply(HTTPStatus.GONE, b"")
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": api.arn,
        }
        self._reply(HTTPStatus.OK, invocation.event, headers)

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        """Take an answer, or an error."""
        api = self.server.api
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == INIT_ERROR:
            outcome = Outcome.INIT_ERROR
        else:
            outcome = Outcome(self.path.rpartition("/")[2])
        self._reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
        api.answers.put(Invoked(outcome, body))
        if outcome is Outcome.INIT_ERROR:
            api.ready.set()

    def _reply(
        self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send((status, {"Content-Type": "application/json"} | (headers or {}), body))
