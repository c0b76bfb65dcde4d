"""What becomes of 10, 1,000 and 100,000 drawings a second: with what ships, and with what to raise.

Each load lasts a minute: ten seconds at a tenth of its rate, then at once all of it, and from the
40th to the 45th second a burst of twice as much. Nothing is warm when it begins.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from bench.operations.costs import (
    SHIPPED_MB,
    compute_dollars,
    edge_dollars,
    log_dollars,
)
from bench.operations.service_times import ServiceTimes
from bench.operations.simulation import (
    ACCOUNT,
    REQUESTS_A_FUNCTION_S,
    STAGE,
    Course,
    Limits,
    Simulation,
)
from export.progress import show_progress
from export.quality.markdown import table
from tools.deploy import prices
from tools.package.build import ROOT

FILE = ROOT / "docs" / "operations" / "load.json"
SEED = 17
LOADS_A_S = (10, 1_000, 100_000)
SECONDS = 60
QUIET_S, QUIET = 10, 0.1
BURST_S, BURST = range(40, 45), 2.0
HOUR_S = 3600
ROOM = 1.25  # above what is reckoned: chance, and functions that just start
LEAST_SHOWN = 0.001  # of all requests
SHIPPED = "as shipped"
RAISED = "stage raised, default quotas"
QUOTAS_RAISED = "quotas raised too"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one load under some limits.

    refused: shares of all requests, by what refused them. p50_ms, p99_ms: in the function.
    answered_s, refused_s: of each second, for the picture. dollars_an_hour: of this minute, as if
    it went on.
    """

    load_a_s: int
    settings: str
    limits: Limits
    came: int
    refused: dict[str, float]
    first_refusal: str | None
    p50_ms: float
    p99_ms: float
    cold: int
    functions: int
    dollars_an_hour: float
    came_s: list[int]
    answered_s: list[int]

    @property
    def share_refused(self) -> float:
        """The share of all requests that was refused."""
        return sum(self.refused.values())

    @classmethod
    def of(
        cls, load_a_s: int, settings: str, limits: Limits, course: Course, dollars: float
    ) -> Self:
        """Sum up a course."""
        p50, p99 = np.percentile(course.latencies_s, (50, 99)) * 1000
        return cls(
            load_a_s,
            settings,
            limits,
            course.came,
            {what: count / course.came for what, count in course.refused.most_common()},
            course.first_refusal,
            float(p50),
            float(p99),
            course.cold,
            course.functions,
            dollars,
            [second.came for second in course.seconds],
            [second.answered for second in course.seconds],
        )


def rates(load_a_s: int) -> list[float]:
    """Return the rate of each second of a load."""
    return [load_a_s * _factor(second) for second in range(SECONDS)]


def _factor(second: int) -> float:
    if second < QUIET_S:
        return QUIET
    return BURST if second in BURST_S else 1.0


def settings_of(load_a_s: int) -> dict[str, Limits]:
    """Return the limits to try for a load, the loosest last."""
    peak = load_a_s * BURST
    functions = math.ceil(peak / REQUESTS_A_FUNCTION_S * ROOM)
    return {
        SHIPPED: Limits(stage_rate=20, stage_burst=60, functions=80),
        RAISED: Limits(functions=900),  # of 1,000, of which a hundred cannot be reserved
        QUOTAS_RAISED: Limits(
            account_rate=peak * ROOM, account_burst=round(peak), functions=max(functions, 900)
        ),
    }


def simulate(times: ServiceTimes, seed: int = SEED) -> list[Outcome]:
    """Try each load with ever looser limits, until hardly anything is refused."""
    found = []
    for step, load in enumerate(LOADS_A_S):
        for settings, limits in settings_of(load).items():
            found.append(simulate_one(times, load, settings, limits, seed))
            if not found[-1].refused:
                break
        show_progress("Simulation", step + 1, len(LOADS_A_S))
    return found


def simulate_one(
    times: ServiceTimes, load_a_s: int, settings: str, limits: Limits, seed: int
) -> Outcome:
    """Let one load come. The same seed gives the same outcome."""
    size = times.sizes[SHIPPED_MB]
    cold, warm = ([ms / 1000 for ms in of] for of in (size.cold_ms, size.warm_ms))
    rng = np.random.default_rng((seed, load_a_s))
    course = Simulation(limits, cold, warm, rng).run(rates(load_a_s))
    dollars = dollars_of(course, times) * HOUR_S / SECONDS
    return Outcome.of(load_a_s, settings, limits, course, dollars)


def dollars_of(course: Course, times: ServiceTimes) -> float:
    """Return what a course cost.

    CloudFront takes its price of every request; API Gateway not of those that a throttle of its own
    refuses, but of those that the function refuses.
    """
    answered = len(course.latencies_s)
    passed = course.came - sum(course.refused[throttle] for throttle in (STAGE, ACCOUNT))
    function = prices.LAMBDA_REQUEST.dollars + log_dollars(times)
    return (
        course.came * edge_dollars(times)
        + passed * prices.GATEWAY_REQUEST.dollars
        + answered * function
        + compute_dollars(course.charged_ms, SHIPPED_MB)
    )


def write(outcomes: Sequence[Outcome], path: Path = FILE) -> None:
    """Keep outcomes."""
    path.write_text(json.dumps([asdict(each) for each in outcomes]) + "\n")


def read(path: Path = FILE) -> list[Outcome]:
    """Return what was kept."""
    found = json.loads(path.read_bytes())
    return [Outcome(**fields | {"limits": Limits(**fields["limits"])}) for fields in found]


def load_table(outcomes: Sequence[Outcome]) -> str:
    """Return outcomes as a table."""
    load = ("drawings a second", "limits", "refused", "refuses first")
    answers = ("p50, p99 in the function", "cold starts", "functions", "an hour costs")
    return table((*load, *answers), [_row(each) for each in outcomes])


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= LEAST_SHOWN else f"less than {100 * LEAST_SHOWN:g} %"


def _row(one: Outcome) -> tuple[str, ...]:
    refusals = ", ".join(f"{_share(share)} by {what}" for what, share in one.refused.items())
    limits = one.limits
    throttle = (
        f"stage {limits.stage_rate:,.0f}/s" if one.settings == SHIPPED else "stage as the account"
    )
    bounds = f"{throttle}, account {limits.account_rate:,.0f}/s, {limits.functions:,} functions"
    return (
        f"{one.load_a_s:,}",
        f"{one.settings}: {bounds}",
        refusals or "nothing",
        one.first_refusal or "",
        f"{one.p50_ms:,.1f}, {one.p99_ms:,.1f} ms",
        f"{one.cold:,}",
        f"{one.functions:,}",
        f"${one.dollars_an_hour:,.2f}",
    )
