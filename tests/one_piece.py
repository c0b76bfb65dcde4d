"""Whether answers come in one piece: else a body waits some 40 ms where a connection is kept."""

import re
import socket

COUNT = 20  # the first few are acknowledged at once
LARGEST_BYTES = 1 << 16


def come_in_one_piece(port: int, path: str) -> bool:
    """Ask again and again on one connection; whether each answer was there whole at first."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    whole = True
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for _ in range(COUNT):
            connection.sendall(request)
            left = _left_of(connection.recv(LARGEST_BYTES))
            whole = whole and not left
            while left:
                left -= len(connection.recv(left))
    return whole


def _left_of(answer: bytes) -> int:
    """Return how many bytes of a body are still to come."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *([0-9]+)", head, re.IGNORECASE)
    assert length, answer
    return int(length[1]) - len(body)
