"""The gateway on a thread of this process, for as long as a caller wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from bench.emulator.gateway import gateway
from bench.emulator.gateway_responses import GatewayResponses
from bench.emulator.pool import Pool
from bench.emulator.routes import Routes
from bench.emulator.throttle import Throttle
from bench.emulator.worker import Function
from bench.transports import ServerTransport

POLL_S = 0.05


@contextmanager
def served(
    template: Path,
    function: Function,
    size: int = 1,
    *,
    throttle: Throttle | None = None,
    prefix: str = "",
) -> Iterator[tuple[ServerTransport, Pool]]:
    """Put the gateway in front of at most `size` workers; all of it ends with the context.

    template: of the stack, whose routes and refusals are the gateway's. prefix: goes before each
    path that is asked for, such as the stage. The pool can be asked afterwards how its workers
    fared.
    """
    pool = Pool(function, size)
    routes, responses = Routes.of_template(template), GatewayResponses.of_template(template)
    server = gateway(routes, responses, pool, throttle=throttle)
    thread = Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield ServerTransport(server.server_port, prefix), pool
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        pool.chill()
