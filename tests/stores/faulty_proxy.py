"""A proxy between the S3 store and a real S3 server that can fail as networks do."""

import http.client
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_HEADERS = {"connection", "transfer-encoding", "keep-alive", "date", "server"}


class Fault(Enum):
    """What happens to one request."""

    NONE = "it is answered"
    REFUSE = "the connection is closed before the server sees anything"
    HANG = "the server never sees it, and no answer comes"
    LOSE_ANSWER = "the server does it, and the connection closes without an answer"
    SWALLOW_ANSWER = "the server does it, and no answer comes"
    CUT_ANSWER = "the server does it, and the connection closes in the middle of the body"
    ANSWER_500 = "the proxy answers 500 for the server"
    ANSWER_503 = "the proxy answers 503 SlowDown for the server"
    ANSWER_403 = "the proxy answers 403 AccessDenied for the server"
    ANSWER_409 = "the proxy answers 409 ConditionalRequestConflict for the server"


ANSWERS = {
    Fault.ANSWER_500: (500, "InternalError"),
    Fault.ANSWER_503: (503, "SlowDown"),
    Fault.ANSWER_403: (403, "AccessDenied"),
    Fault.ANSWER_409: (409, "ConditionalRequestConflict"),
}


class FaultyProxy(ThreadingHTTPServer):
    """Gives `faults` to the requests in the order in which they come, then `afterwards` to all.

    It hands on one request at a time: S3's conditional puts are atomic, those of the server that
    stands in for it only so.
    """

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.faults: deque[Fault] = deque()
        self.afterwards = Fault.NONE
        self.requests: list[str] = []
        self.one_at_a_time = threading.Lock()
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_fault(self, request: str) -> Fault:
        """Note the request and return what is to happen to it."""
        self.requests.append(request)
        return self.faults.popleft() if self.faults else self.afterwards

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that have gone: most tests here make them go."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: FaultyProxy

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.next_fault(f"{self.command} {urlsplit(self.path).path}")
        self.close_connection = fault is not Fault.NONE
        if fault is Fault.REFUSE:
            return
        if fault is Fault.HANG:
            self.server.stopping.wait()
        elif fault in ANSWERS:
            self.answer_error(*ANSWERS[fault])
        else:
            self.hand_on(body, fault)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = handle_any  # noqa: N815 - the library's names

    def hand_on(self, body: bytes, fault: Fault) -> None:
        with self.server.one_at_a_time:
            connection = http.client.HTTPConnection(self.server.upstream, timeout=10)
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            answer = response.read()
            connection.close()
        if fault is Fault.SWALLOW_ANSWER:
            self.server.stopping.wait()
        if fault in (Fault.SWALLOW_ANSWER, Fault.LOSE_ANSWER):
            return
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in HOP_HEADERS | {"content-length"}:
                self.send_header(name, value)
        if response.status != http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if fault is Fault.CUT_ANSWER else answer)

    def answer_error(self, status: int, code: str) -> None:
        answer = f"<Error><Code>{code}</Code><Message>so says the proxy</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@contextmanager
def faulty_proxy(upstream: str) -> Iterator[FaultyProxy]:
    """Run a proxy in front of the server at `upstream`."""
    with FaultyProxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.stopping.set()
            proxy.shutdown()
            thread.join()
