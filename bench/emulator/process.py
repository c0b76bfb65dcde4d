"""The emulator in a process of its own: who sends shares no interpreter lock with who answers."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from bench.emulator.gateway import Gateway
from bench.emulator.gateway_responses import GatewayResponses
from bench.emulator.pool import Pool
from bench.emulator.routes import Routes
from bench.emulator.throttle import Throttle
from bench.emulator.worker import Function

UNLIMITED = 1e9  # requests a second
STOP_TIMEOUT_S = 30.0


class Limit(NamedTuple):
    """What a stage lets through: so many requests a second over time, so many at once."""

    rate_a_s: float
    burst: int


class Emulator(NamedTuple):
    """An emulator that runs."""

    port: int
    stage: str
    ears: Connection

    def limit(self, limit: Limit) -> None:
        """Set the throttle anew, as a change of the stage does."""
        self.ears.send(limit)
        self.ears.recv()


@contextmanager
def emulator(function: Function, template: Path, size: int) -> Iterator[Emulator]:
    """Run it, with at most `size` workers and no throttle yet; it ends with this block."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(function, template, size, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        port, stage = ours.recv()
        yield Emulator(port, stage, ours)
    finally:
        ours.close()  # which it hears, also where this process ends in another way
        process.join(STOP_TIMEOUT_S)
        process.kill()


def _serve(function: Function, template: Path, size: int, ears: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it, and who ends it
    routes, pool = Routes.of_template(template), Pool(function, size)
    throttle = Throttle(UNLIMITED, int(UNLIMITED))
    server = Gateway(routes, GatewayResponses.of_template(template), pool, throttle=throttle)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    ears.send((server.server_port, routes.stage))
    try:
        while True:
            throttle.set(*ears.recv())
            ears.send(None)
    except EOFError:
        server.shutdown()
        server.server_close()
        pool.chill()
