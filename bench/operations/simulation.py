"""A stage under load: requests come by chance, quotas refuse, functions start and answer.

A discrete-event simulation. A request passes, in this order, the throttle of the stage, that of the
account (both are buckets of tokens, bench/emulator/throttle.py), and Lambda's own limits; a
function that rests answers it, or a new one starts if one may. Nobody waits: who is refused goes
away. Without throttles that is the loss system of Erlang, which tests/operations compares it with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.emulator.throttle import Throttle

STAGE = "the stage's throttle"
ACCOUNT = "API Gateway's quota of the account"
REQUESTS = "Lambda's ten requests a second for each function at once"
SCALING = "Lambda's pace of scaling"
CONCURRENCY = "functions at once"
REQUESTS_A_FUNCTION_S = 10
SCALING_S = 10.0  # in which Lambda adds...
FUNCTIONS_IN_SCALING = 1_000  # ... so many functions,
REQUESTS_IN_SCALING = 10_000  # ... or lets so many more requests a second through
UNBOUNDED = 10**9

Rng = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is let through: requests a second and at once, and functions at once.

    scales: whether Lambda's pace of scaling, and its requests a second, are bounds too.
    """

    stage_rate: float = UNBOUNDED
    stage_burst: int = UNBOUNDED
    account_rate: float = 10_000
    account_burst: int = 5_000
    functions: int = 1_000
    scales: bool = True


@dataclass(slots=True)
class Second:
    """What happened in one second: how many came, were answered, and were refused by what."""

    came: int = 0
    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    functions: int = 0


@dataclass(slots=True)
class Course:
    """What came of a load.

    latencies_s: of what was answered, in the function. charged_ms: of all functions, each rounded
    up. first_refusal: what refused first, None where nothing did.
    """

    seconds: list[Second] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    charged_ms: int = 0
    cold: int = 0
    first_refusal: str | None = None

    @property
    def came(self) -> int:
        """How many requests there were."""
        return sum(second.came for second in self.seconds)

    @property
    def refused(self) -> Counter[str]:
        """How many were refused, by what."""
        return sum((second.refused for second in self.seconds), Counter())

    @property
    def functions(self) -> int:
        """How many functions there were in the end."""
        return self.seconds[-1].functions


class Simulation:
    """One stage. cold_s, warm_s: measured service times, of which each function draws one."""

    def __init__(
        self, limits: Limits, cold_s: Sequence[float], warm_s: Sequence[float], rng: Rng
    ) -> None:
        self._limits = limits
        self._times = {True: _Draws(cold_s, rng), False: _Draws(warm_s, rng)}
        self._rng = rng
        self._now_s = 0.0
        self._stage = Throttle(limits.stage_rate, limits.stage_burst, self._clock)
        self._account = Throttle(limits.account_rate, limits.account_burst, self._clock)
        pace = FUNCTIONS_IN_SCALING / SCALING_S
        self._starts = Throttle(pace, FUNCTIONS_IN_SCALING, self._clock)
        self._busy: list[float] = []  # when each function that works will be done: a heap
        self._resting = 0
        self._allowed = 0.0  # requests that Lambda answers in this second
        self._course = Course()

    def run(self, rates_a_s: Sequence[float]) -> Course:
        """Let requests come for a second at each rate, after one another."""
        for index, rate in enumerate(rates_a_s):
            second = Second()
            self._course.seconds.append(second)
            self._allowed = self._requests_allowed(index)
            for arrival_s in np.sort(self._rng.random(self._rng.poisson(rate))).tolist():
                self._now_s = index + arrival_s
                second.came += 1
                refusal = self._refusal(second)
                if refusal is None:
                    second.answered += 1
                else:
                    second.refused[refusal] += 1
                    self._course.first_refusal = self._course.first_refusal or refusal
            second.functions = self._functions
        return self._course

    @property
    def _functions(self) -> int:
        return self._resting + len(self._busy)

    def _clock(self) -> float:
        return self._now_s

    def _requests_allowed(self, second: int) -> float:
        """Return how many requests Lambda answers in that second."""
        if not self._limits.scales:
            return UNBOUNDED
        scaled = REQUESTS_IN_SCALING * (1 + second / SCALING_S)
        return min(REQUESTS_A_FUNCTION_S * self._limits.functions, scaled)

    def _refusal(self, second: Second) -> str | None:
        """Return what refuses a request that comes now; None where it is answered."""
        if not self._stage.admit():
            return STAGE
        if not self._account.admit():
            return ACCOUNT
        if second.answered >= self._allowed:
            quota = REQUESTS_A_FUNCTION_S * self._limits.functions
            return REQUESTS if second.answered >= quota else SCALING
        while self._busy and self._busy[0] <= self._now_s:
            heapq.heappop(self._busy)
            self._resting += 1
        if self._resting:
            self._resting -= 1
            self._answer(cold=False)
        elif len(self._busy) >= self._limits.functions:
            return CONCURRENCY
        elif self._limits.scales and not self._starts.admit():
            return SCALING
        else:
            self._answer(cold=True)
        return None

    def _answer(self, *, cold: bool) -> None:
        service_s = next(self._times[cold])
        heapq.heappush(self._busy, self._now_s + service_s)
        self._course.latencies_s.append(service_s)
        self._course.charged_ms += int(service_s * 1000) + 1
        self._course.cold += cold


class _Draws(Iterator[float]):
    """Draws from a sample, many at a time."""

    AT_ONCE = 4096

    def __init__(self, sample: Sequence[float], rng: Rng) -> None:
        self._sample = np.asarray(sample, float)
        self._rng = rng
        self._drawn: list[float] = []

    def __next__(self) -> float:
        if not self._drawn:
            self._drawn = self._rng.choice(self._sample, self.AT_ONCE).tolist()
        return self._drawn.pop()
