"""The sentences of docs/operations.md that hold numbers, and the numbers as they are now."""

import math
import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from bench.canary import BACK_S, LAG_S
from bench.emulator.cpu_share import MEMORY_OF_A_CORE_MB, PERIOD_US
from bench.operations import canaries, costs, scenarios, warmth
from bench.operations.prose import Sentence, sentence
from bench.operations.scenarios import BURST, LOADS_A_S, RAISED, ROOM
from bench.operations.service_times import ServiceTimes
from bench.operations.settings import Settings
from bench.operations.simulation import (
    ACCOUNT,
    FUNCTIONS_IN_SCALING,
    REQUESTS_A_FUNCTION_S,
    REQUESTS_IN_SCALING,
    SCALING_S,
    Limits,
)
from tools.deploy import dashboard, prices
from tools.deploy.shift import MINUTES
from tools.deploy.site import page_files
from tools.package.build import ROOT

PERFORMANCE = ROOT / "docs" / "performance.md"
PAGE_KB = re.compile(r"page: over the wire before the first stroke \| ([\d.]+) kB")
CLOUDFRONT_A_S = 250_000  # what AWS wants to be told of before
S3_WRITES_A_S = 3_500  # for a prefix, as AWS documents
TIDY = 100  # suggested settings are rounded up to such steps
TIDY_DOLLARS = 5_000


class Numbers:
    """Where the numbers come from: measurements, simulations, prices, and the stack's template."""

    def sentences(self) -> list[Sentence]:
        """Return all sentences with their numbers."""
        parts = (self.of_costs, self.of_loads, self.of_warmth, self.of_canaries)
        return [*(one for part in parts for one in part()), *self._settings.sentences()]

    @cached_property
    def _times(self) -> ServiceTimes:
        return ServiceTimes.read()

    @cached_property
    def _loads(self) -> list[scenarios.Outcome]:
        return scenarios.read()

    @cached_property
    def _settings(self) -> Settings:
        return Settings()

    def of_costs(self) -> Iterator[Sentence]:
        """Numbers under "What it costs", and what the dashboard shows."""
        size = self._times.sizes[costs.SHIPPED_MB]
        found = PAGE_KB.search(PERFORMANCE.read_text())
        if found is None:
            raise ValueError(f"{PERFORMANCE.name} does not say what the page weighs")
        yield sentence("shows the last {} hours", dashboard.HOURS)
        yield sentence("within a period of {} ms", PERIOD_US // 1000)
        yield sentence("{} MB is the least that is a whole core", MEMORY_OF_A_CORE_MB)
        a_second = round(1000 / size.processor_ms, -2)
        yield sentence("one core reads some {} drawings a second", a_second)
        saved = 1 - prices.LAMBDA_ARM_GB_SECOND.dollars / prices.LAMBDA_GB_SECOND.dollars
        yield sentence("arm64 (Graviton) for {} % less a GB-second", 100 * saved)
        whole = costs.cost(self._times, costs.SHIPPED_MB)
        yield sentence("compute is {} % of the bill", 100 * whole.compute / whole.total)
        yield sentence(
            "A visit to the page is about {} kB in {} requests",
            round(float(found[1])),
            len(page_files()),
        )

    def of_loads(self) -> Iterator[Sentence]:
        """Numbers under "What it bears"."""
        yield from self._of_course()
        yield from self._of_raised()
        yield sentence("asks for more than {} requests a second of one", CLOUDFRONT_A_S)
        yield sentence("({} writes a second for a prefix", S3_WRITES_A_S)
        bulk = costs.bulk_dollars(self._times)
        share = bulk / costs.cost(self._times, costs.SHIPPED_MB).total
        yield sentence("bulk, which costs less than {} % of that", math.floor(100 * share) + 1)

    def of_warmth(self) -> Iterator[Sentence]:
        """Numbers of provisioned concurrency."""
        size, (few, *_) = self._times.sizes[costs.SHIPPED_MB], warmth.loosest(self._loads)
        dollars = warmth.warm_dollars()
        yield Sentence(
            "A function of {} MB costs ${} a month to be kept warm",
            [f"{costs.SHIPPED_MB:,}", f"{dollars:.2f}"],
        )
        yield sentence("if it worked for {} % of the time", 100 * warmth.share_that_pays())
        yield Sentence(
            "{} requests a second for each, they keep it at work for {} % at most",
            [str(REQUESTS_A_FUNCTION_S), f"{100 * warmth.most_share(self._times):.1f}"],
        )
        yield Sentence(
            "waits {} ms instead of {}",
            [f"{float(np.median(size.cold_ms)):.0f}", f"{size.warm.median:.1f}"],
        )
        yield sentence(
            "at {} drawings a second {} of {} requests do, from rest",
            few.load_a_s,
            few.cold,
            few.came,
        )

    def _of_course(self) -> Iterator[Sentence]:
        limits, burst = Limits(), scenarios.BURST_S
        yield sentence(
            "{} seconds at a tenth of the load, then at once all of it, from the {}th to the {}th "
            "second a burst of twice as much",
            *(scenarios.QUIET_S, burst.start, burst.stop),
        )
        yield sentence(
            "{} requests a second and {} at once for API Gateway in an account; {} functions at "
            "once; in Lambda {} requests a second for each function that may run at once, and {} "
            "more functions, or {} more requests a second, every {} seconds.",
            *(limits.account_rate, limits.account_burst, limits.functions),
            *(REQUESTS_A_FUNCTION_S, FUNCTIONS_IN_SCALING, REQUESTS_IN_SCALING, SCALING_S),
        )
        yield sentence("(`tests/operations`). Seed {}.", scenarios.SEED)

    def _of_raised(self) -> Iterator[Sentence]:
        few, many, most = LOADS_A_S
        rate, burst = (self._settings.default(name) for name in ("ThrottleRate", "ThrottleBurst"))
        yield sentence(
            "**{} a second.** Nothing refuses: the throttle ({} a second, {} at once)",
            *(few, rate, burst),
        )
        raised = self._outcome(many)
        wanted = math.ceil(many * BURST * ROOM)
        month = raised.dollars_an_hour * costs.HOURS_A_MONTH
        functions = _up(wanted / REQUESTS_A_FUNCTION_S, TIDY)
        yield sentence("**{} a second.** The stage's own throttle", many)
        yield Sentence(
            "SET='ThrottleRate={} ThrottleBurst={} ApiConcurrency={} MonthlyBudget={}'",
            [str(n) for n in (wanted, functions, functions, _up(month, TIDY_DOLLARS))],
        )
        own = self._settings.default("ApiConcurrency")
        yield sentence(
            "of which fewer than {} functions do all: Lambda answers only {} requests a second for "
            "each function that may run at once, so {} of them are {} a second",
            *(_up(raised.functions + 1, 10), REQUESTS_A_FUNCTION_S),
            *(own, own * REQUESTS_A_FUNCTION_S),
        )
        passed = 1 - self._outcome(most).refused.get(ACCOUNT, 0.0)
        yield sentence(
            "**{} a second.** Raised as far as an account's quotas go, API Gateway lets {} % "
            "through",
            *(most, round(100 * passed)),
        )
        yield sentence(
            "Lambda reaches {} requests a second only after {} seconds",
            *(most, SCALING_S * (most / REQUESTS_IN_SCALING - 1)),
        )

    def _outcome(self, load_a_s: int) -> scenarios.Outcome:
        """Return what came of a load with the stage raised."""
        return next(
            one for one in self._loads if (one.load_a_s, one.settings) == (load_a_s, RAISED)
        )

    def of_canaries(self) -> Iterator[Sentence]:
        """Numbers under "Upgrade, canary, and back"."""
        yield sentence("a tenth of the requests for {} minutes, then all", MINUTES)
        yield sentence(
            "that a value takes {} seconds to reach them, and CloudFormation {} to set the alias "
            "back, is assumed. {} deployments a row, seed {}",
            *(LAG_S, BACK_S, canaries.RUNS, canaries.SEED),
        )


def _up(number: float, step: int) -> int:
    return math.ceil(number / step) * step
