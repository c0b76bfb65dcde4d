"""How long a round takes over 10,000 drawings, and how much memory.

    taskset -c 0 python -m bench.round [--drawings 10000] [--repeats 3] [--data ../shared/data]

Real drawings of the train and validation parts, each drawn again by the same hand until there are
enough, lie accepted in a directory. Every repeat runs in a process of its own, on one thread, over
the same feedback and a pointer that names nothing yet.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.accepted import Claim, drawn_again, put_claims
from bench.latency import processor
from chalicelib.learning.keys import LEARNING_ROOT
from chalicelib.learning.round import Round
from chalicelib.recognition.drawing import Drawing, StrokeDrawing
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from export.command import MODELS_FOLDER, positive, run_command
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.mnist import LABELS
from export.splits import Part, part_of

SEED = 11
DAYS = 30
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.round", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--drawings", type=positive, default=10_000)
    parser.add_argument("--repeats", type=positive, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", metavar="STORE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_once(arguments.run)
        return
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), arguments.data, arguments.drawings)
        print(f"{processor()}, {len(os.sched_getaffinity(0))} core(s) allowed, one thread")
        measure(Path(folder), arguments.repeats)


def fill(folder: Path, data: Path, count: int) -> None:
    """Put `count` accepted drawings into a directory."""
    rng = np.random.default_rng(SEED)
    samples = [s for s in load_drawings(data) if part_of(s.group) is not Part.REPORT]
    digits = [s for s in samples if s.target != NONE_LABEL]
    others = [s for s in samples if s.target == NONE_LABEL]
    claims = [_claim(s.drawing, s) for s in [*digits, *others[: count // 5]]][:count]
    strokes = [s for s in digits if isinstance(s.drawing, StrokeDrawing)]
    while len(claims) < count:
        sample = strokes[rng.integers(len(strokes))]
        claims.append(_claim(drawn_again(sample.drawing, rng), sample))
    store = open_store(str(folder))
    put_claims(store, (replace(claim, day=n % DAYS) for n, claim in enumerate(claims)))


def _claim(drawing: Drawing, sample: Sample) -> Claim:
    return Claim(drawing, None if sample.target == NONE_LABEL else LABELS[sample.target])


def measure(folder: Path, repeats: int) -> None:
    """Run rounds in processes of their own and print the spread."""
    seconds, processor_s, peaks = [], [], []
    for number in range(1, repeats + 1):
        shutil.rmtree(folder / LEARNING_ROOT, ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.round", "--run", str(folder)],
            env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
            capture_output=True,
            text=True,
            check=True,
        )
        took_s, cpu_s, peak_mb, words = done.stdout.strip().split("\t")
        seconds.append(float(took_s))
        processor_s.append(float(cpu_s))
        peaks.append(float(peak_mb))
        print(
            f"{number}: {took_s} s on the clock, {cpu_s} s of the processor, "
            f"{peak_mb} MB at most; {words}",
            flush=True,
        )
    for name, values in (("clock", seconds), ("processor", processor_s)):
        print(
            f"{name}: median {statistics.median(values):.2f} s "
            f"({min(values):.2f} to {max(values):.2f}), n = {repeats}"
        )
    print(f"peak {max(peaks):.0f} MB")


def run_once(location: str) -> None:
    """Run one round and print its seconds, its peak memory in MB and how it ended."""
    started, cpu_started = time.perf_counter(), time.process_time()
    report = Round(open_store(location), ModelRegistry.load(MODELS_FOLDER), "bench").run().report
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fits = [f"{name} {found['seconds']} s" for name, found in report.models.items()]
    used = report.feedback.get("drawings"), report.feedback.get("left_out")
    figures = f"{took_s:.2f}\t{cpu_s:.2f}\t{peak_mb:.0f}"
    print(f"{figures}\t{report.outcome}, used {used}, {', '.join(fits)}")


if __name__ == "__main__":
    run_command(main)
