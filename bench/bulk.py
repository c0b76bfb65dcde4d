"""How much quicker drawings in bulk are read on this machine than by one request after another.

    python -m bench.bulk [--drawings 4000] [--rounds 5]

Each round reads the same drawings, digits as strokes, in both ways: as requests, one after another,
through the handler in this process (without HTTP, which would make them slower still), and as one
file of JSON lines by `export.batch` with as many processes as there are cores, their start counted.
The ratio of each round says how many times quicker the second is; a busy machine slows both.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.bulk_drawings import draw_digit
from bench.latency import processor
from chalicelib.config import LOG_LEVEL
from export.batch.local import default_processes, run_tasks
from export.batch.tasks import make_tasks
from export.command import MODELS_FOLDER, positive
from export.errors import UnexpectedAnswer

SEED = 1
AIM_A_CORE = 0.8
HTTP_OK = 200


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.bulk", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--drawings", type=positive, default=4000, help="default: %(default)s")
    parser.add_argument("--rounds", type=positive, default=5, help="default: %(default)s")
    arguments = parser.parse_args()
    processes = default_processes()
    print(f"{processor()}, {os.cpu_count()} cores, {processes} processes, seed {SEED}")
    rng = np.random.default_rng(SEED)
    bodies = [json.dumps({"strokes": draw_digit(rng)}).encode() for _ in range(arguments.drawings)]
    ratios = []
    for _ in range(arguments.rounds):
        single_s, bulk_s = time_requests(bodies), time_bulk(bodies, processes)
        ratios.append(single_s / bulk_s)
        print(f"  requests {single_s:7.2f} s, bulk {bulk_s:7.2f} s: {ratios[-1]:.2f} x as quick")
    print(
        f"{statistics.median(ratios):.2f} x as quick (median of {len(ratios)}, "
        f"{min(ratios):.2f} to {max(ratios):.2f}), {arguments.drawings:,} drawings; "
        f"the aim is {AIM_A_CORE:g} x {processes} cores = {AIM_A_CORE * processes:g}"
    )


def time_requests(bodies: list[bytes]) -> float:
    """Return the seconds that requests take one after another. Raises UnexpectedAnswer."""
    os.environ.setdefault(LOG_LEVEL, "WARNING")
    from chalice.test import Client

    from app import app

    headers = {"Content-Type": "application/json"}
    client = Client(app, project_dir=str(Path(__file__).parent.parent))
    client.http.post("/v1/recognize", headers=headers, body=bodies[0])  # opens the model
    started_s = time.perf_counter()
    for body in bodies:
        answer = client.http.post("/v1/recognize", headers=headers, body=body)
        if answer.status_code != HTTP_OK:
            raise UnexpectedAnswer(answer.status_code, answer.body.decode())
    return time.perf_counter() - started_s


def time_bulk(bodies: list[bytes], processes: int) -> float:
    """Return the seconds that the same drawings take in bulk, the start of processes included."""
    with tempfile.TemporaryDirectory(prefix="inkling-") as name:
        file, out = Path(name) / "drawings.jsonl", Path(name) / "results.jsonl"
        file.write_bytes(b"\n".join(bodies))
        started_s = time.perf_counter()
        run_tasks(
            list(make_tasks([file], MODELS_FOLDER)), out, MODELS_FOLDER, processes, lambda _: None
        )
        return time.perf_counter() - started_s


if __name__ == "__main__":
    main()
