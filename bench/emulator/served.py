"""The gateway on a thread of this process, for as long as a caller wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from bench.emulator.gateway import Gateway
from bench.emulator.gateway_responses import GatewayResponses
from bench.emulator.metrics import Metrics
from bench.emulator.pool import Pool, Target
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
    with served_target(template, pool, throttle=throttle, prefix=prefix) as transport:
        yield transport, pool


@contextmanager
def served_target(
    template: Path,
    target: Target,
    *,
    throttle: Throttle | None = None,
    prefix: str = "",
    metrics: Metrics | None = None,
) -> Iterator[ServerTransport]:
    """Put the gateway in front of a function or an alias; all of it ends with the context.

    metrics: where its answers are counted, if anywhere.
    """
    routes, responses = Routes.of_template(template), GatewayResponses.of_template(template)
    server = Gateway(routes, responses, target, throttle=throttle, metrics=metrics)
    thread = Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield ServerTransport(server.server_port, prefix)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        target.chill()
