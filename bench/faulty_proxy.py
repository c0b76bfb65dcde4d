"""A proxy before a real S3 server that can fail as networks, other proxies and S3 do."""

import http.client
import itertools
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from bench.faults import (
    ELSEWHERE,
    Fault,
    answer_bytes,
    answer_instead,
    complaint,
    cut_in_the_body,
    damaged,
    error_bytes,
)

HOP_HEADERS = {"connection", "transfer-encoding", "keep-alive"}
DRIP_S = 0.2  # between two bytes
POLL_S = 0.02
UPSTREAM_S = 10.0
Request = socket.socket | tuple[bytes, socket.socket]  # as socketserver says; here the former
RESET = struct.pack("ii", 1, 0)  # what SO_LINGER takes to end a connection by a reset


class FaultyProxy(ThreadingHTTPServer):
    """Gives `faults` to the requests in the order in which they come, then `afterwards` to all.

    cuts: at which byte the connection of each CUT_AT closes, in turn, modulo the answer's length.
    It hands on one request at a time: S3's conditional puts are atomic, those of the server that
    stands in for it only so.
    """

    daemon_threads = True

    def __init__(self, upstream: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.faults: deque[Fault] = deque()
        self.afterwards = Fault.NONE
        self.cuts: Iterator[int] = itertools.count()
        self.cut_at: set[int] = set()
        self.requests: list[str] = []
        self.one_at_a_time = threading.Lock()
        self.healed = threading.Event()
        self._connections: set[Request] = set()
        self._handled = 0
        self._quiet = threading.Condition()

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def followed(self) -> int:
        """How many requests went where redirects lead."""
        return sum(request.endswith(ELSEWHERE) for request in self.requests)

    def next_fault(self, request: str) -> Fault:
        """Note the request and return what is to happen to it."""
        self.requests.append(request)
        return self.faults.popleft() if self.faults else self.afterwards

    def heal(self) -> None:
        """End all faults, those under way by closing their connections.

        What a client gave up may have been handed on all the same, late on a busy machine, and
        would reach the server among later requests: so this waits until nothing is under way.
        """
        self.faults.clear()
        self.afterwards = Fault.NONE
        self.healed.set()
        self.healed = threading.Event()
        with self._quiet:
            self._quiet.wait_for(lambda: self._handled == 0, timeout=UPSTREAM_S)

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Count a request as under way."""
        with self._quiet:
            self._handled += 1
        try:
            yield
        finally:
            with self._quiet:
                self._handled -= 1
                self._quiet.notify_all()

    def process_request(self, request: Request, client_address: object) -> None:
        """Keep an eye on the connection."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Request) -> None:
        """Forget the connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End all connections."""
        for connection in list(self._connections):
            if isinstance(connection, socket.socket):
                with suppress(OSError):  # it may have ended by itself
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Request, client_address: object) -> None:
        """Keep quiet about clients that have gone: most faults make them go."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: FaultyProxy

    def handle_expect_100(self) -> bool:
        """Leave it to the fault whether anybody says that the body may come."""
        return True

    def handle_any(self) -> None:
        with self.server.handling():
            self.fail_or_pass()

    def fail_or_pass(self) -> None:
        healed = self.server.healed
        fault = self.server.next_fault(f"{self.command} {urlsplit(self.path).path}")
        self.close_connection = fault is not Fault.NONE
        if fault is Fault.IGNORE:
            healed.wait()
        elif fault is Fault.CUT_REQUEST:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        else:
            self.fail_after_reading(fault, self.read_body(), healed)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = handle_any  # noqa: N815 - the library's names

    def read_body(self) -> bytes:
        if self.headers.get("Expect"):
            self.send_response_only(http.HTTPStatus.CONTINUE)
            self.end_headers()
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def fail_after_reading(self, fault: Fault, body: bytes, healed: threading.Event) -> None:
        if fault is Fault.REFUSE:
            return
        if fault is Fault.HANG:
            healed.wait()
        elif fault is Fault.FORGET and self.command == "PUT":
            self.wfile.write(answer_bytes(http.HTTPStatus.OK, {"ETag": '"none"'}, b""))
        elif instead := answer_instead(fault, self.server.url):
            self.wfile.write(instead)
        else:
            self.fail_after_asking(fault, self.ask(body, damage=fault is Fault.DAMAGE), healed)

    def fail_after_asking(self, fault: Fault, answer: bytes, healed: threading.Event) -> None:
        if fault is Fault.SWALLOW_ANSWER:
            healed.wait()
        elif fault is Fault.DRIP:
            self.drip(answer, healed)
        elif fault is Fault.CUT_AT:
            at = next(self.server.cuts) % len(answer)
            self.server.cut_at.add(at)
            self.wfile.write(answer[:at])
        elif fault is Fault.CUT_ANSWER:
            self.wfile.write(cut_in_the_body(answer))
        elif fault is not Fault.LOSE_ANSWER:
            self.wfile.write(answer)

    def drip(self, answer: bytes, healed: threading.Event) -> None:
        for byte in answer:
            self.wfile.write(bytes([byte]))
            if healed.wait(DRIP_S):
                return

    def ask(self, body: bytes, *, damage: bool) -> bytes:
        """Return the server's answer; `damage` changes a byte of either body."""
        if damage and body:
            body = damaged(body)
            if code := complaint({k.lower(): v for k, v in self.headers.items()}, body):
                return error_bytes(http.HTTPStatus.BAD_REQUEST, code, {})
        with self.server.one_at_a_time:
            connection = http.client.HTTPConnection(self.server.upstream, timeout=UPSTREAM_S)
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            answer = response.read()
            connection.close()
        headers = {
            name: value
            for name, value in response.getheaders()
            if name.lower() not in HOP_HEADERS | {"content-length"}
        }
        return answer_bytes(response.status, headers, damaged(answer) if damage else answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@contextmanager
def faulty_proxy(upstream: str, port: int = 0) -> Iterator[FaultyProxy]:
    """Run a proxy before the server at `upstream`; port 0 takes a free one."""
    with FaultyProxy(upstream, port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": POLL_S})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.heal()
            proxy.shutdown()
            thread.join()
