"""Serve the built package as AWS would: API Gateway's events, workers, limits and cold starts.

    make package
    python -m bench.emulator [--workers 4] [--memory 1769] [--port 9000]

POST /cold stops the idle workers; X-Cold-Start says whether an answer came of a new one.
"""

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from bench.emulator.cpu_share import CAN_LIMIT
from bench.emulator.gateway import MAX_WAIT_S, Gateway
from bench.emulator.gateway_responses import GatewayResponses
from bench.emulator.pool import Pool
from bench.emulator.routes import Routes
from bench.emulator.runtime_api import HOST
from bench.emulator.throttle import Throttle
from bench.workers import functions
from tools.package.build import ROOT, TEMPLATE


def main() -> int:
    """Serve until interrupted; return 1 with one line where there is no package."""
    options = _parse()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _serve(options)
    except KeyboardInterrupt:
        print("\nStopped.")
    except FileNotFoundError as error:
        print(f"There is no {error.filename}: run `make package` first.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Port {options.port} cannot be used ({error.strerror}).", file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace) -> None:
    routes = Routes.of_template(options.build / TEMPLATE)
    responses = GatewayResponses.of_template(options.build / TEMPLATE)
    with functions(options.build) as found:
        variables = dict(found.inkling.variables)
        if options.feedback:
            variables["INKLING_FEEDBACK"] = options.feedback
        function = replace(
            found.inkling,
            variables=variables,
            memory_mb=options.memory,
            timeout_s=min(options.timeout, MAX_WAIT_S),
        )
        pool = Pool(function, options.workers)
        throttle = Throttle(options.rate, options.burst)
        server = Gateway(routes, responses, pool, options.port, throttle)
        try:
            print(f"http://{HOST}:{server.server_port}/{routes.stage}/v1/  (Ctrl-C stops it)")
            if not CAN_LIMIT:
                print("Workers run at full speed: no control group can be made here.")
            sys.stdout.flush()
            server.serve_forever()
        finally:
            server.server_close()
            pool.chill()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.emulator", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--workers", type=int, default=4, help="concurrency; default: 4")
    parser.add_argument("--memory", type=int, default=1769, help="in MB; 1769 is one core")
    parser.add_argument("--timeout", type=float, default=10.0, help="of the function, in s")
    parser.add_argument("--rate", type=float, default=10_000.0, help="requests a second")
    parser.add_argument("--burst", type=int, default=5_000, help="requests at once")
    parser.add_argument("--feedback", help="a directory, or s3://bucket/prefix")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let `kill` stop the workers as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
