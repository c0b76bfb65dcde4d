"""The three ways in which a request reaches the app, behind one method."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from chalice.app import Chalice
from chalice.local import LambdaContext, RouteMatcher
from chalice.test import Client

from bench.local_server import Answer, local_server, request
from tools.package.build import ROOT

__all__ = ["Answer"]


class Transport(Protocol):
    """Carries a request to the app and its answer back."""

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""


class TestClientTransport:
    """Chalice's own test client, in this process."""

    __test__ = False

    def __init__(self, app: Chalice) -> None:
        self._client = Client(app, project_dir=str(ROOT))

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""
        found = self._client.http.request(method, path, dict(headers or {}), body)
        return Answer(found.status_code, _lower(found.headers), found.body)


class GatewayTransport:
    """API Gateway's event, in this process: binary types in base64, the rest as text."""

    REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._routes = RouteMatcher(list(app.routes))

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""
        headers = dict(headers or {})
        matched = self._routes.match_route(path)
        binary = _lower(headers).get("content-type") in self._app.api.binary_types
        event = {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": matched.route,
                "requestId": self.REQUEST_ID,
            },
            "headers": headers or None,
            "pathParameters": {k: unquote(v) for k, v in matched.captured.items()} or None,
            "multiValueQueryStringParameters": matched.query_params or None,
            "stageVariables": None,
            "isBase64Encoded": binary,
            "body": base64.b64encode(body).decode() if binary else body.decode(errors="replace"),
        }
        context = LambdaContext("inkling", memory_size=1024)
        found = json.loads(json.dumps(self._app(event, context)))
        return Answer(found["statusCode"], _lower(found["headers"]), found["body"].encode())


class ServerTransport:
    """HTTP to a server on this machine. prefix: goes before each path."""

    def __init__(self, port: int, prefix: str = "") -> None:
        self.port = port
        self._prefix = prefix

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""
        return request(self.port, method, self._prefix + path, body, headers)


@contextmanager
def chalice_local(folder: Path) -> Iterator[ServerTransport]:
    """Run `chalice local` on a free port; feedback and the server's output go to the folder."""
    with local_server(folder / "feedback", folder / "output") as server:
        yield ServerTransport(server.port)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
