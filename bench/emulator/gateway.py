"""API Gateway in front of the workers: HTTP requests become proxy events, answers HTTP again.

What it refuses by itself it refuses in API Gateway's own words: unknown addresses (403), bodies
above 10 MB (413), too many requests (429), and functions that fail (502) or take too long (504).
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

import base64
import json
import uuid
from contextlib import suppress
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.emulator.pool import Pool, TooManyRequests
from bench.emulator.routes import Routes
from bench.emulator.runtime_api import HOST, Invoked, Outcome
from bench.emulator.throttle import Throttle

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_WAIT_S = 29.0  # for the integration; a function's own timeout may end it earlier
COLD = "/cold"
COLD_HEADER = "X-Cold-Start"

Answer = tuple[int, dict[str, str], bytes]


def gateway(
    routes: Routes, pool: Pool, port: int = 0, throttle: Throttle | None = None
) -> ThreadingHTTPServer:
    """Return a server on 127.0.0.1; port 0 takes a free one.

    The API is below its stage, as in AWS; POST /cold, which AWS has not, stops the idle workers.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle(self) -> None:
            """Serve one connection until the caller ends it, however it does."""
            with suppress(ConnectionError):
                super().handle()

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path == COLD:
                self._reply(_message(HTTPStatus.OK, f"{pool.chill()} workers stopped"))
            elif throttle and not throttle.admit():
                self.close_connection = True
                self._reply(_message(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests"))
            elif length > MAX_BODY_BYTES:
                self.close_connection = True
                self._reply(_message(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Too Long"))
            else:
                event = proxy_event(
                    routes, self.command, self.path, dict(self.headers), self.rfile.read(length)
                )
                self._reply(_integrated(pool, event))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815

        def _reply(self, answer: Answer) -> None:
            status, headers, body = answer
            self.send_response_only(status, responses.get(status))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

    server = ThreadingHTTPServer((HOST, port), Handler)
    server.daemon_threads = True
    return server


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


def _integrated(pool: Pool, event: dict[str, Any] | None) -> Answer:
    """Return a worker's answer to an event, or API Gateway's own."""
    if event is None:
        return _message(HTTPStatus.FORBIDDEN, "Missing Authentication Token")
    try:
        invoked, cold = pool.invoke(json.dumps(event).encode())
    except TooManyRequests:
        return _message(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
    status, headers, body = _answered(invoked)
    return status, headers | {COLD_HEADER: str(cold).lower()}, body


def _answered(invoked: Invoked) -> Answer:
    if invoked.outcome is Outcome.TIMED_OUT:
        return _message(HTTPStatus.GATEWAY_TIMEOUT, "Endpoint request timed out")
    if invoked.outcome is not Outcome.RESPONSE:
        return _message(HTTPStatus.BAD_GATEWAY, "Internal server error")
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
        return _message(HTTPStatus.BAD_GATEWAY, "Internal server error")


def _message(status: HTTPStatus, message: str) -> Answer:
    body = json.dumps({"message": message}).encode()
    return status, {"Content-Type": "application/json"}, body
