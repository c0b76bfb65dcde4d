"""How long an answer takes: the networks alone, and a whole request in this process.

    python -m bench.latency [--rounds 15]

Each published model runs in onnxruntime as it is served, on one thread, one digit at a time. Every
round measures all of them and a floor, in turn, so that a busy machine slows all alike. The floor
is the least that a network of one hidden layer costs: 784 x 300 x 11 in numpy's matrix products.
Read the ratio to the floor where the machine is shared.
"""

import argparse
import base64
import json
import os
import platform
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from bench.events import CANVAS_PX, SEVEN, painted_png
from chalicelib.config import LOG_LEVEL, settings_from
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.registry import ModelRegistry
from export.errors import UnexpectedAnswer

FLOOR = "floor: 784 x 300 x 11, numpy"
RUNS = 200  # of a network in a round
REQUESTS = 30  # of each kind in a round

Action = Callable[[], object]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    arguments = parser.parse_args()
    print(
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"numpy {np.__version__}, onnxruntime {onnxruntime.__version__}"
    )
    registry = ModelRegistry.load(settings_from(os.environ).models_directory)
    entries = [registry.entry(name) for name in registry.names]
    report(
        "networks, one thread, one digit",
        measure(networks(registry), arguments.rounds, RUNS),
        {entry.name: f"{entry.version}, {entry.weights:,} weights" for entry in entries},
    )
    print()
    report(
        "requests through the handler, default model, one 7",
        measure(requests(), arguments.rounds, REQUESTS),
        {},
    )


def networks(registry: ModelRegistry) -> dict[str, Action]:
    """Return what runs each model, and the floor, on one picture."""
    rng = np.random.default_rng(5)
    picture = normalise(StrokeDrawing((np.array(SEVEN, np.float64),)))[None]
    hidden = rng.normal(0, 0.05, (784, 300)).astype(np.float32)
    output = rng.normal(0, 0.05, (300, 11)).astype(np.float32)

    def floor() -> object:
        return np.maximum(picture.reshape(1, 784) @ hidden, 0) @ output

    def runner(name: str) -> Action:
        model = registry.model(name)
        return lambda: model.run(picture)

    return {FLOOR: floor} | {name: runner(name) for name in registry.names}


def requests() -> dict[str, Action]:
    """Return what sends a 7 to the app of app.py as strokes, as pixels and as an image."""
    os.environ.setdefault(LOG_LEVEL, "WARNING")
    from chalice.test import Client

    from app import app

    client = Client(app, project_dir=str(Path(__file__).parent.parent))
    pixels = np.rint(normalise(StrokeDrawing((np.array(SEVEN, np.float64),))) * 255).astype(int)
    image = base64.b64encode(painted_png()).decode()
    bodies = {
        f"strokes, {len(SEVEN)} points": {"strokes": [SEVEN]},
        "pixels, 28 x 28": {"pixels": pixels.tolist()},
        f"image, PNG of {CANVAS_PX} x {CANVAS_PX}": {"image": image},
    }

    def sender(fields: dict[str, Any]) -> Action:
        body = json.dumps(fields).encode()
        headers = {"Content-Type": "application/json"}

        def send() -> object:
            response = client.http.post("/v1/recognize", headers=headers, body=body)
            if response.status_code != HTTPStatus.OK:  # an error is answered faster, or slower
                raise UnexpectedAnswer(response.status_code, response.body.decode())
            return response

        return send

    return {name: sender(fields) for name, fields in bodies.items()}


def measure(actions: dict[str, Action], rounds: int, runs: int) -> dict[str, list[float]]:
    """Return for each action the microseconds a run of each round, the actions in turn."""
    times_us: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()  # what is loaded at the first use is no part of it
    for _ in range(rounds):
        for name, action in actions.items():
            started_ns = time.perf_counter_ns()
            for _ in range(runs):
                action()
            times_us[name].append((time.perf_counter_ns() - started_ns) / runs / 1000)
    return times_us


def report(title: str, times_us: dict[str, list[float]], notes: dict[str, str]) -> None:
    """Print a line for each action: median, least and most over the rounds."""
    rounds = len(next(iter(times_us.values())))
    print(f"{title}, us over {rounds} rounds")
    print(f"{'':34s}{'median':>9s}{'least':>9s}{'most':>9s}")
    for name, values in times_us.items():
        line = f"{name:34s}{np.median(values):9.1f}{min(values):9.1f}{max(values):9.1f}"
        if FLOOR in times_us:
            ratio = np.median(np.array(values) / np.array(times_us[FLOOR]))
            line += f"  {ratio:5.2f} x the floor"
        print(f"{line}  {notes.get(name, '')}".rstrip())


def processor() -> str:
    """Return the processor's name, where the system says it."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
