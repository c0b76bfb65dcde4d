"""How long the packaged function takes at each memory size: what a drawing costs follows from it.

A worker of the emulator gets the share of a processor that Lambda gives a function of that size
(bench/emulator/cpu_share.py). A cold start counts from the start of the process to the first
answer, a warm answer from the event to its answer; finding a machine and loading the package onto
it, which Lambda does before, is in neither, nor is the way to the caller. Events follow each other
without a pause, as under load. Of a size's rounds the quietest third is kept, by the median:
whoever else is busy on this machine only ever makes a round slower.
"""

import json
import math
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from bench.bulk import time_bulk
from bench.bulk_drawings import draw_digit
from bench.cold import processor_ms, start_once
from bench.emulator.cpu_share import CAN_LIMIT
from bench.emulator.worker import Function, Worker
from bench.events import strokes_event
from bench.figures import Spread
from bench.reliability import hardware
from bench.workers import functions, require_success
from export.progress import show_progress
from tools.package.build import ROOT

FILE = ROOT / "docs" / "operations" / "service-times.json"
SIZES_MB = (128, 256, 512, 1024, 1769, 3008)
ROUNDS = 15
QUIETEST = 3  # one in so many rounds is kept
WARM = 60  # answers of each size in a round
COLD = 2  # starts of each size in a round
TIMEOUT_S = 60.0  # of the smallest sizes, which are slow, and on a busy machine
BULK = 2_000  # drawings in bulk, of digits as strokes
BULK_ROUNDS = 3
SEED = 1
LOGGED = 50  # requests whose log is measured
LAMBDA_JSON = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}


@dataclass(frozen=True, slots=True)
class SizeTimes:
    """What was measured at one memory size, in ms.

    cold_ms: every start to its first answer. warm_ms: every warm answer, from the least to
    the most. processor_ms: of the worker, the mean of a warm answer.
    """

    cold_ms: list[float]
    warm_ms: list[float]
    processor_ms: float

    @property
    def warm(self) -> Spread:
        """Median and middle half of the warm answers."""
        return Spread.of(self.warm_ms)


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """All sizes, in MB, and where they were measured.

    answers: how many are kept of each size. answer_bytes: of one answer's body. log_bytes:
    what the function itself logs of one request. bulk_ms: of one drawing in bulk, one core.
    """

    measured: str
    answers: int
    answer_bytes: int
    log_bytes: int
    bulk_ms: float
    sizes: dict[int, SizeTimes]

    def write(self, path: Path = FILE) -> None:
        """Keep them."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def read(cls, path: Path = FILE) -> Self:
        """Return what was kept."""
        fields = json.loads(path.read_bytes())
        sizes = {int(size): SizeTimes(**times) for size, times in fields.pop("sizes").items()}
        return cls(**fields, sizes=sizes)


class NoCpuShare(RuntimeError):
    """No control group can be made, so a worker cannot be held to a share of the processor."""

    def __init__(self) -> None:
        super().__init__("No control group can be made here: measure as root, on Linux.")


def measure(build: Path, sizes: Sequence[int] = SIZES_MB, rounds: int = ROUNDS) -> ServiceTimes:
    """Measure all sizes in turn, round by round. Raises NoCpuShare, FileNotFoundError."""
    if not CAN_LIMIT:
        raise NoCpuShare
    found_of: dict[int, list[_Round]] = {size: [] for size in sizes}
    with functions(build) as found:
        answer_bytes, log_bytes = _bytes_of_one(found.inkling)
        steps = [(turn, size) for turn in range(rounds) for size in sizes]
        for step, (_, size) in enumerate(steps):
            function = replace(found.inkling, memory_mb=size, timeout_s=TIMEOUT_S)
            found_of[size].append(_measure_round(function))
            show_progress("Service times", step + 1, len(steps))
    kept = {size: _quietest(found_of[size]) for size in sizes}
    answers = WARM * math.ceil(rounds / QUIETEST)
    return ServiceTimes(hardware(), answers, answer_bytes, log_bytes, _bulk_ms(), kept)


class _Round(NamedTuple):
    """What one round measured of one size, in ms; of the processor, a warm answer's mean."""

    cold_ms: list[float]
    warm_ms: list[float]
    processor_ms: float


def _measure_round(function: Function) -> _Round:
    cold_ms = [start_once(function).clock_ms for _ in range(COLD)]
    with Worker(function) as worker:
        return _Round(cold_ms, *_warm(worker))


def _quietest(rounds: list[_Round]) -> SizeTimes:
    """Return the quietest third of the rounds together; starts and answers each by their own."""
    count = math.ceil(len(rounds) / QUIETEST)
    answers = sorted(rounds, key=lambda one: float(np.median(one.warm_ms)))[:count]
    starts = sorted(ms for one in rounds for ms in one.cold_ms)[: count * COLD]
    warm_ms = [ms for one in answers for ms in one.warm_ms]
    return SizeTimes(
        _rounded(starts),
        _rounded(sorted(warm_ms)),
        round(float(np.mean([one.processor_ms for one in answers])), 3),
    )


def _warm(worker: Worker) -> tuple[list[float], float]:
    """Return the ms of each warm answer, and the processor ms that one takes."""
    event = strokes_event()
    require_success(worker.invoke(event).body)  # the cold one
    before_ms = processor_ms(worker.process.pid)
    times_ms = []
    for _ in range(WARM):
        started_ns = time.perf_counter_ns()
        body = worker.invoke(event).body
        times_ms.append((time.perf_counter_ns() - started_ns) / 1e6)
        require_success(body)
    return times_ms, (processor_ms(worker.process.pid) - before_ms) / WARM


def _bytes_of_one(function: Function) -> tuple[int, int]:
    """Return the bytes of one answer's body, and of what the function logs of one request."""
    variables = {**function.variables, **LAMBDA_JSON, "INKLING_LOG_LEVEL": "INFO"}
    with tempfile.TemporaryFile() as log:
        with Worker(replace(function, variables=variables), output=log.fileno()) as worker:
            first = worker.invoke(strokes_event()).body
            begun = log.seek(0, 2)
            for _ in range(LOGGED):
                require_success(worker.invoke(strokes_event()).body)
        logged = log.seek(0, 2) - begun
    return len(json.loads(first)["body"].encode()), round(logged / LOGGED)


def _bulk_ms() -> float:
    """Return the ms of one drawing in bulk, with the start of the process; the least of some."""
    rng = np.random.default_rng(SEED)
    bodies = [json.dumps({"strokes": draw_digit(rng)}).encode() for _ in range(BULK)]
    return round(min(time_bulk(bodies, 1) for _ in range(BULK_ROUNDS)) / BULK * 1000, 3)


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), 3) for value in values]
