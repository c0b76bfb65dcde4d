"""HTTP/1.1 connections that are kept: the least that a sender of many requests a second needs."""

import asyncio
import re
from typing import NamedTuple

from bench.emulator.runtime_api import HOST

PATIENCE_S = 30.0  # for one answer; API Gateway has given up by then
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class Reply(NamedTuple):
    """An answer as it came: its status, its head in bytes, its body."""

    status: int
    head: bytes
    body: bytes


class Line(asyncio.Protocol):
    """One connection, which carries one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> Reply:
        """Send a request and return its answer. Raises ConnectionError, TimeoutError."""
        if self._transport is None:
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._waiting
        except BaseException:
            self.close()  # what comes yet would be taken for the next answer
            raise

    def close(self) -> None:
        """Give the connection up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection (called by asyncio)."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take bytes of an answer (called by asyncio)."""
        self._buffer += data
        reply = _reply_in(self._buffer)
        if reply and self._waiting and not self._waiting.done():
            self._buffer.clear()
            self._waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits (called by asyncio)."""
        self._transport = None
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())


class Lines:
    """As many connections to a port as there are requests at once; none waits for another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Line] = []

    async def ask(self, request: bytes) -> Reply:
        """Send a request and return its answer. Raises ConnectionError, TimeoutError."""
        line = self._take() or await self._open()
        reply = await line.ask(request)
        self._idle.append(line)
        return reply

    def _take(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.is_open:
                return line
        return None

    async def _open(self) -> Line:
        loop = asyncio.get_running_loop()
        _transport, line = await loop.create_connection(Line, HOST, self._port)
        return line

    def close(self) -> None:
        """Close what is open."""
        for line in self._idle:
            line.close()


def _reply_in(buffer: bytearray) -> Reply | None:
    """Return the answer when all of it is there."""
    end = buffer.find(END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(buffer[:end])
    length = LENGTH.search(head)
    body = bytes(buffer[end + len(END_OF_HEAD) :])
    if len(body) < int(length[1] if length else 0):
        return None
    return Reply(int(head[9:12]), head, body)
