"""Serves the review's page on this machine, to whoever has its address and to nobody else.

The address holds a secret made at each start, so that neither other people on the machine nor
pages of other sites can ask anything; these are refused by Host and Origin besides.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from chalicelib.errors import InklingError, StorageUnavailable
from export.errors import InvalidReviewRequest, PortTaken
from export.review.addresses import JSON, Addresses, Content

HOST = "127.0.0.1"
FILES = Path(__file__).parent / "page"
INDEX = "index.html"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
SECRET_BYTES = 24
MAX_BODY_BYTES = 100_000
IDLE_TIMEOUT_S = 60.0
HEADERS = {
    "Cache-Control": "no-store",  # what is withdrawn must not stay in a browser's cache
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ReviewServer(ThreadingHTTPServer):
    """A server bound to 127.0.0.1, with the address of the page."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, addresses: Addresses, port: int = 0) -> None:
        """Listen; port 0 takes a free one. Raises PortTaken."""
        self._secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            super().__init__((HOST, port), partial(_Handler, addresses=addresses, review=self))
        except OSError as error:
            raise PortTaken(port) from error

    @property
    def url(self) -> str:
        """The address of the page, to be given to one person."""
        return f"http://{HOST}:{self.server_port}/{self._secret}/"

    def below_secret(self, path: str) -> str | None:
        """Return the part of a path that follows the secret, None where that is not in it."""
        given, slash, rest = path.removeprefix("/").partition("/")
        known = hmac.compare_digest(given.encode(), self._secret.encode())
        return rest if known and slash else None


@contextmanager
def serving(addresses: Addresses, port: int = 0) -> Iterator[str]:
    """Serve the page in a thread and yield its address. Raises PortTaken."""
    server = ReviewServer(addresses, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body go together: a body alone waits for the head's acknowledgement
    timeout = IDLE_TIMEOUT_S

    def __init__(self, *connection: object, addresses: Addresses, review: ReviewServer) -> None:
        self._addresses = addresses
        self._review = review
        super().__init__(*connection)  # type: ignore[arg-type]  # socketserver gives it what it takes

    def handle(self) -> None:
        """Serve one connection until the browser ends it, however it does."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        address = self._address(url.path)
        if address is None:
            return
        if file := _file(address):
            self._send(HTTPStatus.OK, (CONTENT_TYPES[file.suffix], file.read_bytes()))
        else:
            self._answer(lambda: self._addresses.get(address, dict(parse_qsl(url.query))))

    def do_POST(self) -> None:
        body = self._body()
        address = self._address(urlsplit(self.path).path)
        if address is None:
            return
        if body is None:
            self._refuse(HTTPStatus.BAD_REQUEST, "The body is missing, too large or no JSON.")
        elif self.headers.get("Origin") != f"http://{self.headers['Host']}":
            self._refuse(HTTPStatus.FORBIDDEN, "Only the review's own page may decide.")
        else:
            self._answer(lambda: self._addresses.post(address, body))

    def _address(self, path: str) -> str | None:
        """Return what is asked for; None after refusing whoever has no business here."""
        port = self._review.server_port
        if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "The review answers under no other name.")
            return None
        address = self._review.below_secret(path)
        if address is None:
            self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")
        return address

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        plain = length.isascii() and length.isdigit() and int(length) <= MAX_BODY_BYTES
        if not plain:
            self.close_connection = True  # what follows is no request
            return None
        body = self.rfile.read(int(length))
        return body if self.headers.get("Content-Type") == JSON else None

    def _answer(self, ask: Callable[[], Content | None]) -> None:
        try:
            content = ask()
        except InvalidReviewRequest as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except StorageUnavailable as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except InklingError as error:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        else:
            if content is None:
                self._refuse(HTTPStatus.NOT_FOUND, "There is nothing here.")
            else:
                self._send(HTTPStatus.OK, content)

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        self._send(status, (JSON, json.dumps({"detail": detail}).encode()))

    def _send(self, status: HTTPStatus, content: Content) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content[0])
        self.send_header("Content-Length", str(len(content[1])))
        try:
            self.end_headers()
            self.wfile.write(content[1])
        except ConnectionError:  # the page has turned to another drawing, as it may
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: each line would hold the secret."""


def _file(address: str) -> Path | None:
    """Return the file of the page that is asked for, None where it is none of them."""
    name = address or INDEX
    if name != PurePosixPath(name).name or "\0" in name:  # all lies in one folder
        return None
    path = FILES / name
    return path if path.suffix in CONTENT_TYPES and path.is_file() else None
