"""`make operations`: what a stage costs and bears, for docs/operations.md.

    python -m bench.operations [--measure] [--simulate]

--measure takes the service times of the package that is built, as root and on Linux, and keeps them
in docs/operations/service-times.json. --simulate reckons with these how a stage bears loads, and
keeps that in docs/operations/load.json with a picture, and what broken new versions do, in
docs/operations/canaries.json. The tables, and the
numbers in the prose, are written in any case; that of the page comes from docs/performance.md.
"""

import argparse
import sys
from pathlib import Path

from bench.canary import Canary
from bench.operations import canaries, costs, scenarios
from bench.operations.document import DOCUMENT, written
from bench.operations.picture import draw_loads
from bench.operations.service_times import FILE, NoCpuShare, ServiceTimes, measure
from tools.package.build import ROOT, TEMPLATE


def main() -> int:
    """Run the command line; return 1 with one line where something is missing."""
    options = _parse()
    try:
        if options.measure:
            measure(options.build).write(FILE)
        times = ServiceTimes.read(FILE)
        if options.simulate:
            outcomes = scenarios.simulate(times)
            scenarios.write(outcomes)
            draw_loads(outcomes)
            canary = Canary.of_package(options.build / TEMPLATE)
            canaries.write(canaries.simulate(canary, times))
    except FileNotFoundError as error:
        print(f"There is no {error.filename}: run `make package` first.", file=sys.stderr)
        return 1
    except NoCpuShare as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 1
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
    print(costs.cost_table(times), scenarios.load_table(scenarios.read()), sep="\n\n")
    print(f"Written: {DOCUMENT}")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.operations", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--measure", action="store_true", help="take the service times anew")
    parser.add_argument("--simulate", action="store_true", help="let the loads come anew")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
