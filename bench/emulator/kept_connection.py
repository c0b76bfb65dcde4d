"""HTTP/1.1 as the emulator's servers speak it: connections that stay, each answer in one write."""

import http.client
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body

LINGER_S = 2.0  # without a byte, as nginx's lingering_timeout counts it
MOST_LINGER_S = 30.0
PIECE_BYTES = 1 << 16


class KeptConnection(BaseHTTPRequestHandler):
    """One caller's connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write an answer: two would wait for the caller's delayed ACK

    def handle(self) -> None:
        """Serve it until the caller ends it, however it does."""
        with suppress(ConnectionError):
            super().handle()

    def send(self, answer: Answer) -> None:
        """Answer a request."""
        status, headers, body = answer
        self.send_response_only(status, http.client.responses.get(status))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def send_last(self, answer: Answer) -> None:
        """Answer a request whose body is not read, and end the connection.

        What still comes is read away: whoever sends to a closed connection gets an error in place
        of the answer (https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_close).
        """
        status, headers, body = answer
        self.close_connection = True
        self.send((status, headers | {"Connection": "close"}, body))
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_S)
        ends_s = time.monotonic() + MOST_LINGER_S
        with suppress(TimeoutError):
            while self.rfile.read1(PIECE_BYTES) and time.monotonic() < ends_s:
                pass
