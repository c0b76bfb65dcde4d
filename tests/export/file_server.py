"""A small real HTTP server that gives files, ranges of them, and, when told to, too little."""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType


class FileServer:
    """Serves `files` by path; the next `cuts` answers end after half of what they announce.

    redirects: where else a path is said to be. The answers to paths in `held` stop half-way
    until the server ends.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.held: set[str] = set()
        self.cuts = 0
        self.ranges = True
        self.requested: list[tuple[str, str | None]] = []
        self._ends = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> "FileServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the folder, with a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def _range(self, asked: str | None, total_bytes: int) -> tuple[int, int]:
        """Return the first byte that is asked for and the one after the last."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked or "")
        if not self.ranges or found is None:
            return 0, total_bytes
        return int(found[1]), min(total_bytes, int(found[2] or total_bytes) + 1)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requested.append((self.path, self.headers["Range"]))
                if self.path in server.redirects:
                    self.send_response(302)
                    self.send_header("Location", server.redirects[self.path])
                    self.end_headers()
                elif self.path not in server.files:
                    self.send_error(404)
                else:
                    self._give(server.files[self.path])

            def _give(self, content: bytes) -> None:
                start, end = server._range(self.headers["Range"], len(content))
                if self.headers["Range"] and start >= len(content):
                    self.send_error(416)
                    return
                body = content[start:end]
                self.send_response(206 if len(body) < len(content) else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if server.cuts > 0:
                    server.cuts -= 1
                    body = body[: len(body) // 2]
                if self.path in server.held:
                    self.wfile.write(body[: len(body) // 2])
                    server._ends.wait()
                else:
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        return Handler
