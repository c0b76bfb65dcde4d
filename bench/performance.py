"""`make bench`: every figure of docs/performance.md, measured on the package that is built.

    python -m bench.performance [--quick]

Each figure stands beside its floor, both measured in turn in one run. --quick takes fewer rounds
and writes nothing.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort

from bench import cold, memory, page, processor, rollout, warm
from bench.figures import Figure, Spread
from bench.latency import processor as processor_name
from bench.workers import Functions, functions
from tools.package.build import ARCHIVE, ROOT, TEMPLATE
from tools.package.check import MAX_UNPACKED_BYTES, MAX_ZIPPED_BYTES, unpacked_bytes

DOCUMENT = ROOT / "docs" / "performance.md"
INTRODUCTION = """# Performance

Written by `make bench`. Each figure is a median with the middle half of its values beside it; a
floor is what the same thing costs at least, measured in turn with it in the same run. A ratio says
more than a time where the machine is shared.
"""
NOTES = """
What is measured, and how, is on top of each file of `bench/`. In short:

- Cold start: a new process of the built package under AWS's own `awslambdaric`, until it has
  answered. The floor is a bare handler under the same client that imports the same numpy and
  onnxruntime, opens the same model and runs it once.
- Warm: an event of API Gateway to the app's answer, in one process; the floor is the bare
  onnxruntime call.
- A candidate: that request while a rollout is on; the floor is the same request without one.
- Memory: resident, of the worker; MB are 1,000,000 bytes.
- Processor time: of the answering process alone. The peer is `bench/peer/peer.py`, "as their
  manuals" with a form's file and onnxruntime's defaults, "tuned" with the body and one thread.
- The page: headers and bodies in a real browser, files compressed as CloudFront does.
"""


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.performance", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="fewer rounds; nothing is written")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    options = parser.parse_args()
    with functions(options.build) as found:
        figures = measure(found, options.build, quick=options.quick)
    if not options.quick:
        DOCUMENT.write_text(document(figures))
        print(f"Written: {DOCUMENT}")


def measure(found: Functions, build: Path, *, quick: bool) -> list[Figure]:
    """Return all figures, the long ones last."""
    steps: tuple[Callable[[], list[Figure]], ...] = (
        lambda: package_figures(build),
        lambda: cold.measure(found, 5 if quick else 20),
        lambda: warm.figures(5 if quick else 15),
        lambda: rollout.figures(5 if quick else 15),
        lambda: processor.figures(found, 3 if quick else 9),
        lambda: page.figures(found.inkling, build / TEMPLATE),
        lambda: memory.figures(found.inkling, 4_000 if quick else memory.MANY),
    )
    figures: list[Figure] = []
    for step in steps:
        for figure in step():
            print(figure, flush=True)
            figures.append(figure)
    return figures


def package_figures(build: Path) -> list[Figure]:
    """Return the size of the package."""
    archive = build / ARCHIVE
    zipped, unpacked = archive.stat().st_size / 1e6, unpacked_bytes(archive) / 1e6
    return [
        Figure("package, zipped", "MB", Spread.of([zipped]), most=MAX_ZIPPED_BYTES / 1e6),
        Figure("package, unpacked", "MB", Spread.of([unpacked]), most=MAX_UNPACKED_BYTES / 1e6),
    ]


def document(figures: list[Figure]) -> str:
    """Return the page of documentation."""
    lines = [
        INTRODUCTION,
        "| what | median (middle half) | n | floor | times the floor | aim |",
        "|---|---|---|---|---|---|",
        *(row(figure) for figure in figures),
        NOTES,
        hardware(),
        "",
    ]
    return "\n".join(lines)


def row(figure: Figure) -> str:
    """Return a figure as a line of the table."""
    floor = f"{figure.floor} {figure.unit}" if figure.floor else ""
    times = f"{figure.times:.2f}" if figure.times is not None else ""
    value = f"{figure.value} {figure.unit}"
    return f"| {figure.what} | {value} | {figure.value.n} | {floor} | {times} | {figure.aims} |"


def hardware() -> str:
    """Say on what was measured, and how busy it was."""
    load = os.getloadavg()[1]
    return (
        f"Measured {time.strftime('%Y-%m-%d', time.gmtime())}: {processor_name()}, "
        f"{os.cpu_count()} cores, {load:.1f} processes running on average over the last five "
        f"minutes, Linux {platform.release().partition('-')[0]}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, onnxruntime {ort.__version__}."
    )


if __name__ == "__main__":
    main()
