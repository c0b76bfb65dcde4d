"""The package answers behind an emulated API Gateway that has the stack's limits, in proportion to
what this machine can do. A sender that waits for no answer first keeps a steady rate, 30 % of the
capacity that it has just measured, then four times that for a tenth of the time, then the steady
rate again. It sends what a page sends, in part images and feedback, at the times of a Poisson
process; latency counts from the time at which a request was to be sent, and each answer is compared
with that to the same request alone.

SIZE is in seconds of the steady rate. Gateway and workers are on the sender's own machine, so
capacity is that of all three together. The gateway's limit is twice the steady rate, 60 % of the
capacity, and three seconds of it pass at once, as in the stack. That has so many workers that its
limit refuses before they are all busy; here there are fewer for each request a second, and whatever
else this machine does holds all of them up together.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.campaigns.load.facts import Phases, facts_of
from bench.campaigns.load.lines import Lines
from bench.campaigns.load.sender import Sender, Sent
from bench.campaigns.load.traffic import Traffic
from bench.emulator.process import Emulator, Limit, emulator
from bench.emulator.worker import Function
from bench.outcome import Fact
from bench.workers import functions
from chalicelib.stores.open import VARIABLE, open_store
from tools.deploy.template import declared
from tools.package.build import ROOT, TEMPLATE

SIZE = 600
WORKERS = 40  # half of the stack's, for they share this machine
STEADY_SHARE = 0.3  # of the capacity
OVERLOAD_TIMES = 4  # the steady rate
LIMIT_TIMES = 2  # the steady rate
OVERLOAD_PART = 10  # of the steady time
LEAST_OVERLOAD_S = 5.0  # the burst alone is three seconds of the limit
MOST_AFTER_S = 20.0
MOST_CALIBRATION_S = 15.0
CALIBRATION_PART = 10  # of the steady time


@dataclass(frozen=True, slots=True)
class Stage:
    """The limits that the stack has where nobody says otherwise."""

    functions: int
    rate_a_s: float
    burst: int

    @classmethod
    def of_stack(cls) -> "Stage":
        """Read them from the stack's parameters."""
        found = declared()["Parameters"]
        functions, rate, burst = (
            int(found[name]["Default"])
            for name in ("ApiConcurrency", "ThrottleRate", "ThrottleBurst")
        )
        return cls(functions, rate, burst)

    def scaled(self, rate_a_s: float) -> Limit:
        """Return a limit at that rate, whose burst stands to it as the stack's does."""
        return Limit(rate_a_s, max(1, round(self.burst * rate_a_s / self.rate_a_s)))


def run(size: int, seed: int) -> Sequence[Fact]:
    """Send for `size` seconds at the steady rate, then overload it. Raises DamagedData."""
    build = ROOT / "build"
    with functions(build) as found:
        return run_on(found.inkling, build / TEMPLATE, size, seed)


def run_on(
    function: Function, template: Path, size: int, seed: int, workers: int = WORKERS
) -> list[Fact]:
    """Do so with any function whose feedback is in a directory, and so many workers."""
    stage = replace(Stage.of_stack(), functions=workers)
    rng = np.random.default_rng(seed)
    with emulator(function, template, stage.functions) as running:
        traffic = Traffic(running.stage, rng)
        # In a thread of its own: whoever drives a browser has a loop in this one.
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(lambda: asyncio.run(_send(running, traffic, stage, size)))
            capacity_a_s, phases, sent = sending.result()
    store = open_store(function.variables[VARIABLE])
    return [
        Fact("capacity of this machine, sender included", capacity_a_s, "requests/s"),
        Fact("steady rate, 30 % of it", phases.steady_a_s, "requests/s"),
        Fact("overload, four times that", phases.overload_a_s, "requests/s"),
        *facts_of(sent, phases),
        *traffic.kept.facts(store, "in a directory"),
    ]


async def _send(
    running: Emulator, traffic: Traffic, stage: Stage, size: int
) -> tuple[float, Phases, list[Sent]]:
    lines = Lines(running.port)
    try:
        await traffic.learn(lines)
        sender = Sender(lines, traffic)
        calibration_s = min(MOST_CALIBRATION_S, max(1.0, size / CALIBRATION_PART))
        await sender.send_at_once(stage.functions, 1.0)  # until all workers are warm
        capacity_a_s = await sender.send_at_once(stage.functions, calibration_s)
        phases = _phases(STEADY_SHARE * capacity_a_s, size)
        running.limit(stage.scaled(LIMIT_TIMES * phases.steady_a_s))
        sent = await sender.send_at(phases.times_s(traffic.rng), "load (s)")
    finally:
        lines.close()
    return capacity_a_s, phases, sent


def _phases(steady_a_s: float, size: int) -> Phases:
    return Phases(
        steady_a_s,
        OVERLOAD_TIMES * steady_a_s,
        size,
        max(LEAST_OVERLOAD_S, size / OVERLOAD_PART),
        min(MOST_AFTER_S, size),
    )
