"""What a broken new version of the API does before alarms take it back, by how much is asked.

The routing and the alarms are those of the stack's template (bench/canary.py); requests come by
chance (Poisson), go to a version by its weight, and fail or not, each minute anew. That the
emulator really serves two versions so, bench/campaigns/canary.py shows with requests and answers.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.canary import BACK_S, LAG_S, NEW, STACK, Canary, Clock
from bench.emulator.alarms import MINUTE_S, Watch
from bench.emulator.metrics import GATEWAY, LAMBDA, Metrics
from bench.emulator.worker import NAME
from bench.operations.costs import SHIPPED_MB
from bench.operations.service_times import ServiceTimes
from export.progress import show_progress
from export.quality.markdown import table
from tools.deploy.shift import MINUTES
from tools.package.build import ROOT

FILE = ROOT / "docs" / "operations" / "canaries.json"
SEED = 17
RUNS = 400
LOADS_A_MINUTE = (1, 6, 60, 600)  # requests, of all versions
BEFORE = 5  # minutes with the old version alone
SLOW_MS = 1_200.0
LEAST_PERCENT = 1  # of all deployments, fewer of which say nothing of minutes and requests
OF_API = {"ApiName": STACK, "Stage": "api"}
OF_FUNCTION = {"FunctionName": NAME}

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Fault:
    """How a new version is broken, and for which share of its requests.

    in_function: it raises or crashes, which Lambda counts; else it answers 5xx by itself. slow:
    it answers rightly, after more than a second.
    """

    name: str
    share: float
    in_function: bool = False
    slow: bool = False


FAULTS = (
    Fault("every request raises", 1.0, in_function=True),
    Fault("every request is answered with 5xx", 1.0),
    Fault("one in ten is answered with 5xx", 0.1),
    Fault("every request takes above a second", 1.0, slow=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of many deployments of one fault under one load.

    taken_back: how many of them were. Of these, the median and what 95 in 100 stay within:
    minutes: until an alarm went off. harmed: requests until all went to the old version again.
    """

    load_a_minute: int
    fault: str
    runs: int
    taken_back: int
    minutes: list[float]
    harmed: list[float]


def simulate(
    canary: Canary, times: ServiceTimes, seed: int = SEED, runs: int = RUNS
) -> list[Outcome]:
    """Deploy each fault under each load, so many times."""
    cells = [(load, fault) for load in LOADS_A_MINUTE for fault in FAULTS]
    found = []
    for number, (load, fault) in enumerate(cells):
        found.append(simulate_one(canary, times, load, fault, (seed, number), runs))
        show_progress("Canaries", number + 1, len(cells))
    return found


def simulate_one(
    canary: Canary,
    times: ServiceTimes,
    load_a_minute: int,
    fault: Fault,
    seed: tuple[int, ...],
    runs: int,
) -> Outcome:
    """Deploy one fault under one load. The same seed gives the same outcome."""
    warm_ms = times.sizes[SHIPPED_MB].warm_ms
    ended = []
    for turn in range(runs):
        rng = np.random.default_rng((*seed, turn))
        deployment = _Deployment(canary, load_a_minute, fault, warm_ms, rng)
        minutes = deployment.watched()
        if minutes is not None:
            ended.append((minutes, deployment.harmed))
    minutes_of, harmed_of = ([one[part] for one in ended] for part in (0, 1))
    return Outcome(
        load_a_minute, fault.name, runs, len(ended), _spread(minutes_of), _spread(harmed_of)
    )


class _Deployment:
    """One new version beside the old one. harmed: requests that it failed, or kept waiting."""

    def __init__(
        self, canary: Canary, load: int, fault: Fault, warm_ms: Sequence[float], rng: Rng
    ) -> None:
        self._load, self._fault, self._warm_ms, self._rng = load, fault, warm_ms, rng
        self._weight = canary.during.beside[NEW]
        self._clock = Clock()
        self._metrics = Metrics(STACK, self._clock)
        self._watch = Watch(canary.rules(), self._metrics, LAG_S)
        self.harmed = 0

    def watched(self) -> float | None:
        """Let it be watched; return the minutes until an alarm went off, None where none did."""
        for _ in range(BEFORE):
            self._pass_minute(0.0)
        began_s = self._clock.now_s
        for _ in range(MINUTES):
            self._pass_minute(self._weight)
            if self._watch.raised:
                found = (self._clock.now_s - began_s) / MINUTE_S
                for _ in range(round(BACK_S / MINUTE_S)):
                    self._pass_minute(self._weight)
                return found
        return None

    def _pass_minute(self, weight: float) -> None:
        """Let requests come for a minute, and look at the alarms."""
        requests = int(self._rng.poisson(self._load))
        faulty = int(self._rng.binomial(requests, weight * self._fault.share))
        failed = 0 if self._fault.slow else faulty
        took_ms = self._rng.choice(self._warm_ms, requests)
        took_ms[: faulty - failed] = SLOW_MS
        raised = failed if self._fault.in_function else 0
        self._clock.now_s += MINUTE_S / 2
        self._metrics.put(GATEWAY, "5XXError", OF_API, _flags(failed, requests))
        self._metrics.put(LAMBDA, "Errors", OF_FUNCTION, _flags(raised, requests))
        self._metrics.put(LAMBDA, "Duration", OF_FUNCTION, took_ms.tolist())
        self._clock.now_s += MINUTE_S / 2
        self._watch.look(self._clock.now_s)
        self.harmed += faulty


def _flags(count: int, of: int) -> list[float]:
    return [1.0] * count + [0.0] * (of - count)


def write(outcomes: Sequence[Outcome], path: Path = FILE) -> None:
    """Keep outcomes."""
    path.write_text(json.dumps([asdict(each) for each in outcomes]) + "\n")


def read(path: Path = FILE) -> list[Outcome]:
    """Return what was kept."""
    return [Outcome(**fields) for fields in json.loads(path.read_bytes())]


def canary_table(outcomes: Sequence[Outcome]) -> str:
    """Return outcomes as a table."""
    head = ("requests a minute", "of the new version", "taken back", "after", "requests harmed")
    return table(head, [_row(one) for one in outcomes])


def _row(one: Outcome) -> tuple[str, ...]:
    percent = 100 * one.taken_back / one.runs
    some = percent >= LEAST_PERCENT
    return (
        f"{one.load_a_minute:,}",
        one.fault,
        f"{percent:.0f} %" if some or not percent else f"less than {LEAST_PERCENT} %",
        "{:,.0f} (95 %: {:,.0f}) minutes".format(*one.minutes) if some else "",
        "{:,.0f} (95 %: {:,.0f})".format(*one.harmed) if some else "",
    )


def _spread(values: Sequence[float]) -> list[float]:
    """Return the median, and what 95 in 100 stay within; nothing of nothing."""
    if not values:
        return []
    found: list[float] = np.percentile(values, (50, 95), method="inverted_cdf").tolist()
    return found
