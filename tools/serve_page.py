"""Serve the page from this machine, under the same strict policy as in production.

`python -m tools.serve_page --port 8080 --api http://127.0.0.1:8000` serves `frontend/` as it
lies there, but for `config.js`, which gets the address of the API.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from urllib.parse import unquote, urlsplit

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
HOST = "127.0.0.1"
INDEX = "index.html"
CONFIG = "config.js"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class PortTaken(Exception):
    """Another program listens on the port already."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken; choose another one for the page.")
        self.port = port


def content_security_policy(api_url: str) -> str:
    """Return a policy under which the page runs and nothing else does."""
    api = urlsplit(api_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {api.scheme}://{api.netloc}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def page_server(
    port: int, api_url: str, prefix: str = "/", folder: Path = FRONTEND
) -> ThreadingHTTPServer:
    """Return a server bound to 127.0.0.1; port 0 takes a free one. Raises PortTaken.

    api_url: address of the API, without a slash at its end.
    prefix: the path under which the page lies; it begins and ends with a slash.
    folder: where its files are.
    """
    handler = partial(_PageHandler, api_url=api_url, prefix=prefix, folder=folder)
    try:
        return _PageServer((HOST, port), handler)
    except OSError as error:
        raise PortTaken(port) from error


@contextmanager
def serving(
    api_url: str, port: int = 0, prefix: str = "/", folder: Path = FRONTEND
) -> Iterator[str]:
    """Serve the page in a thread and yield its address."""
    server = page_server(port, api_url, prefix, folder)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _PageServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _PageHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body go together: a body alone waits for the head's acknowledgement

    def __init__(self, *connection: object, api_url: str, prefix: str, folder: Path) -> None:
        self._api_url = api_url
        self._prefix = prefix
        self._folder = folder
        super().__init__(*connection)  # type: ignore[arg-type]  # socketserver gives it what it takes

    def handle(self) -> None:
        """Serve one connection until the browser ends it, however it does."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self._path()
        if path is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"Not found\n")
        elif path.name == CONFIG:
            config = f"export const apiUrl = {json.dumps(self._api_url)};\n"
            self._send(HTTPStatus.OK, CONTENT_TYPES[".js"], config.encode())
        else:
            self._send(HTTPStatus.OK, CONTENT_TYPES[path.suffix], path.read_bytes())

    def _path(self) -> Path | None:
        """Return the file that is asked for, None where it is none of the page's."""
        address = unquote(urlsplit(self.path).path)
        if not address.startswith(self._prefix):
            return None
        name = address.removeprefix(self._prefix) or INDEX
        if name != PurePosixPath(name).name or "\0" in name:  # all lies in one folder
            return None
        path = self._folder / name
        return path if path.suffix in CONTENT_TYPES and path.is_file() else None

    def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", content_security_policy(self._api_url))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: the page asks for a dozen files at each visit."""


def main() -> int:
    """Serve until interrupted; return 1 with one line where the port is taken."""
    parser = argparse.ArgumentParser(description="Serve Inkling's page on this machine.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="address of the API")
    options = parser.parse_args()
    try:
        server = page_server(options.port, options.api)
    except PortTaken as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The page: http://{HOST}:{server.server_port}/")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
