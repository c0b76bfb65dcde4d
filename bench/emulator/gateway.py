"""API Gateway in front of the workers: HTTP requests become proxy events, answers HTTP again.

What it refuses by itself it refuses as the stack's template says: unknown addresses, bodies above
10 MB, too many requests, and functions that are all busy, fail or take too long.
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

import base64
import http.client
import json
import time
import uuid
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
    Answer,
    GatewayResponses,
    Refusal,
)
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


def gateway(
    routes: Routes,
    responses: GatewayResponses,
    target: Target,
    port: int = 0,
    throttle: Throttle | None = None,
    metrics: Metrics | None = None,
) -> ThreadingHTTPServer:
    """Return a server on 127.0.0.1; port 0 takes a free one.

    The API is below its stage, as in AWS; POST /cold, which AWS has not, stops the idle workers.
    metrics: what each answer is counted in, where somebody asks for that.
    """
    count = partial(metrics.count_answer, routes.stage) if metrics else _count_nowhere

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle(self) -> None:
            """Serve one connection until the caller ends it, however it does."""
            with suppress(ConnectionError):
                super().handle()

        def _answer(self) -> None:
            self._began_ns = time.perf_counter_ns()
            length = self.headers.get("Content-Length") or "0"
            if refusal := _fault_of(length):
                self.close_connection = True  # what is not read would be taken for a request
                status, headers, answer = responses.answer(refusal)
                self._reply((status, {**headers, "Connection": "close"}, answer))
                return
            body = self.rfile.read(int(length))
            if self.path == COLD:
                stopped = json.dumps({"message": f"{target.chill()} workers stopped"})
                self._send((200, {"Content-Type": "application/json"}, stopped.encode()))
            elif throttle and not throttle.admit():
                self._reply(responses.answer(THROTTLED))
            else:
                headers = dict(self.headers)
                event = proxy_event(routes, self.command, self.path, headers, body)
                self._reply(_integrated(target, responses, event))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - the library's names

        def _reply(self, answer: Answer) -> None:
            count(answer[0], (time.perf_counter_ns() - self._began_ns) / 1e6)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            status, headers, body = answer
            self.send_response_only(status, http.client.responses.get(status))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = WAITING

    return Server((HOST, port), Handler)


def _fault_of(length: str) -> Refusal | None:
    """Return what is wrong with the length of a body, as a request says it."""
    if not (length.isascii() and length.isdecimal()):
        return MALFORMED
    return TOO_LARGE if int(length) > MAX_BODY_BYTES else None


def _count_nowhere(_status: int, _took_ms: float) -> None:
    pass


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


def _integrated(
    target: Target, responses: GatewayResponses, event: dict[str, Any] | None
) -> Answer:
    """Return a worker's answer to an event, or API Gateway's own."""
    if event is None:
        return responses.answer(NO_SUCH_ADDRESS)
    try:
        found = target.invoke(json.dumps(event).encode())
    except TooManyRequests:
        return responses.answer(ALL_BUSY)
    answer = _answer_of(found.invoked) or responses.answer(
        TIMED_OUT if found.invoked.outcome is Outcome.TIMED_OUT else FAILED
    )
    told = {COLD_HEADER: str(found.cold).lower(), VERSION_HEADER: found.version}
    return answer[0], answer[1] | told, answer[2]


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
