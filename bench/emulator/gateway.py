"""API Gateway in front of the workers: HTTP requests become proxy events, answers HTTP again.

What it refuses by itself it refuses as the stack's template says: unknown addresses, bodies above
10 MB, too many requests, and functions that are all busy, fail or take too long.
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

import base64
import json
import time
import uuid
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.emulator.gateway_responses import (
    ALL_BUSY,
    FAILED,
    MALFORMED,
    NO_SUCH_ADDRESS,
    THROTTLED,
    TIMED_OUT,
    TOO_LARGE,
    GatewayResponses,
    Refusal,
)
from bench.emulator.kept_connection import Answer, KeptConnection
from bench.emulator.metrics import Metrics
from bench.emulator.pool import Target, TooManyRequests
from bench.emulator.routes import Routes
from bench.emulator.runtime_api import HOST, Invoked, Outcome
from bench.emulator.throttle import Throttle

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_WAIT_S = 29.0  # for the integration; a function's own timeout may end it earlier
COLD = "/cold"
COLD_HEADER = "X-Cold-Start"
VERSION_HEADER = "X-Executed-Version"  # Lambda tells it API Gateway, which tells nobody
WAITING = 1_000  # connections that wait to be taken up


class Gateway(ThreadingHTTPServer):
    """The server, on 127.0.0.1; port 0 takes a free one.

    The API is below its stage, as in AWS; POST /cold, which AWS has not, stops the idle workers.
    metrics: what each answer is counted in, where somebody asks for that.
    """

    daemon_threads = True
    request_queue_size = WAITING

    def __init__(
        self,
        routes: Routes,
        responses: GatewayResponses,
        target: Target,
        port: int = 0,
        throttle: Throttle | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        """Take connections, which wait until `serve_forever` takes them up."""
        self.routes = routes
        self.responses = responses
        self.target = target
        self.throttle = throttle
        self._metrics = metrics
        super().__init__((HOST, port), _Connection)

    def count(self, status: int, took_ms: float) -> None:
        """Count an answer."""
        if self._metrics:
            self._metrics.count_answer(self.routes.stage, status, took_ms)

    def integrated(self, event: dict[str, Any] | None) -> Answer:
        """Return a worker's answer to an event, or API Gateway's own."""
        if event is None:
            return self.responses.answer(NO_SUCH_ADDRESS)
        try:
            found = self.target.invoke(json.dumps(event).encode())
        except TooManyRequests:
            return self.responses.answer(ALL_BUSY)
        answer = _answer_of(found.invoked) or self.responses.answer(
            TIMED_OUT if found.invoked.outcome is Outcome.TIMED_OUT else FAILED
        )
        told = {COLD_HEADER: str(found.cold).lower(), VERSION_HEADER: found.version}
        return answer[0], answer[1] | told, answer[2]


class _Connection(KeptConnection):
    server: Gateway

    def _answer(self) -> None:
        began_ns = time.perf_counter_ns()
        length = self.headers.get("Content-Length") or "0"
        if refusal := _fault_of(length):
            refused = self.server.responses.answer(refusal)
            self._count(refused, began_ns)
            self.send_last(refused)
            return
        body = self.rfile.read(int(length))
        if self.path == COLD:
            stopped = json.dumps({"message": f"{self.server.target.chill()} workers stopped"})
            self.send((200, {"Content-Type": "application/json"}, stopped.encode()))
            return
        answer = self._answer_to(body)
        self._count(answer, began_ns)
        self.send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - the library's names

    def _answer_to(self, body: bytes) -> Answer:
        throttle, routes = self.server.throttle, self.server.routes
        if throttle and not throttle.admit():
            return self.server.responses.answer(THROTTLED)
        event = proxy_event(routes, self.command, self.path, dict(self.headers), body)
        return self.server.integrated(event)

    def _count(self, answer: Answer, began_ns: int) -> None:
        self.server.count(answer[0], (time.perf_counter_ns() - began_ns) / 1e6)


def _fault_of(length: str) -> Refusal | None:
    """Return what is wrong with the length of a body, as a request says it."""
    if not (length.isascii() and length.isdecimal()):
        return MALFORMED
    return TOO_LARGE if int(length) > MAX_BODY_BYTES else None


def proxy_event(
    routes: Routes, method: str, address: str, headers: dict[str, str], body: bytes
) -> dict[str, Any] | None:
    """Return the event of a request; None where the API has no such address below its stage."""
    url = urlsplit(address)
    prefix = f"/{routes.stage}/"
    if not url.path.startswith(prefix):
        return None
    path = url.path.removeprefix(prefix)
    matched = routes.match(method, path)
    if matched is None:
        return None
    route, parameters = matched
    kind = next((v for name, v in headers.items() if name.lower() == "content-type"), "")
    binary = kind in routes.binary_types
    return {
        "resource": route,
        "path": f"/{path}",
        "httpMethod": method,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": route,
            "path": url.path,
            "stage": routes.stage,
            "requestId": str(uuid.uuid4()),
            "identity": {"sourceIp": HOST},
        },
        "headers": headers or None,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} or None,
        "pathParameters": parameters or None,
        "multiValueQueryStringParameters": parse_qs(url.query, keep_blank_values=True) or None,
        "stageVariables": None,
        "isBase64Encoded": binary,
        "body": base64.b64encode(body).decode() if binary else body.decode(errors="replace"),
    }


def _answer_of(invoked: Invoked) -> Answer | None:
    """Return what a function answered; None where that is no answer of a proxy."""
    if invoked.outcome is not Outcome.RESPONSE:
        return None
    try:
        found = json.loads(invoked.body)
        headers = dict(found.get("headers") or {})
        for name, values in (found.get("multiValueHeaders") or {}).items():
            headers[name] = ", ".join(values)
        body = found["body"].encode()
        if found.get("isBase64Encoded"):
            body = base64.b64decode(body)
        return int(found["statusCode"]), headers, body
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
