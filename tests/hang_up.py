"""A browser that hangs up in the middle of a request, as a closed tab does."""

import socket
import struct
from urllib.parse import urlsplit

AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: the connection is reset, not closed


def hang_up(address: str) -> None:
    """Send the beginning of a request to a server on this machine, and reset the connection."""
    url = urlsplit(address)
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
