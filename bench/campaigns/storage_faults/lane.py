"""One worker with a proxy and a prefix of its own, so that faults hit no other's requests."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bench.campaigns.storage_faults.bucket import Bucket
from bench.campaigns.storage_faults.kinds import Trouble
from bench.emulator.runtime_api import HOST
from bench.emulator.worker import Function, Worker
from bench.events import proxy_event
from bench.faulty_proxy import FaultyProxy, faulty_proxy
from bench.s3 import ENDPOINT

CLOCK = "moved_clock"  # the module with the handler, beside the package
MOVE_S = "moveClockS"  # the field of an event by which that handler moves its clock on
REFRESH_S = 31.0  # after which heads are read again


@dataclass(frozen=True)
class Answer:
    """What the function answers, and how long the caller waited, in s; status 0: nothing."""

    status: int
    headers: Mapping[str, str]
    body: Any
    waited_s: float


class Lane:
    """Sends events to one worker, whose way to S3 can be made to fail.

    served: the version that answered last while nothing failed.
    """

    def __init__(self, function: Function, upstream: str, bucket: Bucket, served: str) -> None:
        self.served = served
        # Bound but never listening, it keeps the port while nobody listens there.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind((HOST, 0))
        self._upstream = upstream
        self._open = ExitStack()
        self.bucket = bucket
        self.proxy = self._listen()
        self._function = replace(
            function,
            handler=f"{CLOCK}.handler",
            variables={
                **function.variables,
                "INKLING_FEEDBACK": bucket.location.rstrip("/"),
                ENDPOINT: self.proxy.url,
            },
        )
        self._worker = Worker(self._function)
        self.send(proxy_event("GET", "/v1/health"))  # so that the first case finds it warm

    def send(self, event: bytes, *, key: str | None = None, refresh: bool = False) -> Answer:
        """Send an event.

        key: its Idempotency-Key. refresh: so long after the one before that heads are read again.
        """
        fields = json.loads(event)
        fields["headers"] |= {} if key is None else {"idempotency-key": key}
        fields[MOVE_S] = REFRESH_S if refresh else 0.0
        started_s = time.perf_counter()
        body = self._worker.invoke(json.dumps(fields).encode()).body
        waited_s = time.perf_counter() - started_s
        answer = json.loads(body or b"{}")
        headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        content = json.loads(answer.get("body") or "null")
        return Answer(answer.get("statusCode", 0), headers, content, waited_s)

    def chill(self) -> None:
        """Stop the worker; the next event finds one that has just been started."""
        self._worker.close()
        self._worker = Worker(self._function)

    @contextmanager
    def trouble(self, trouble: Trouble) -> Iterator[None]:
        """Let the way to S3 fail; afterwards it does not, and nothing of it goes on."""
        if trouble.away_s is not None:
            with self._away(trouble.away_s):
                yield
            return
        self.proxy.faults.extend(trouble.faults)
        self.proxy.afterwards = trouble.afterwards
        try:
            yield
        finally:
            self.proxy.heal()

    def close(self) -> None:
        """Stop the worker and the proxy."""
        self._worker.close()
        self._open.close()
        self._port.close()

    @contextmanager
    def _away(self, away_s: float) -> Iterator[None]:
        """Let nobody listen for a while, at most for as long as this lasts."""
        self.proxy.hang_up()
        self._open.close()
        over = threading.Event()

        def come_back() -> None:
            over.wait(None if away_s == float("inf") else away_s)
            self.proxy = self._listen()

        thread = threading.Thread(target=come_back)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _listen(self) -> FaultyProxy:
        port: int = self._port.getsockname()[1]
        return self._open.enter_context(faulty_proxy(self._upstream, port))
