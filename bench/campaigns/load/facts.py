"""What a load campaign has seen, as facts with their bounds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.campaigns.load.sender import Sent, Verdict
from bench.outcome import Fact

MOST_P99_MS = 100.0
MOST_RECOVERY_S = 10.0
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Phases:
    """What follows on what: steady, overload, and steady again; rates in requests a second."""

    steady_a_s: float
    overload_a_s: float
    steady_s: float
    overload_s: float
    after_s: float

    @property
    def calm_s(self) -> float:
        """When the overload has ended."""
        return self.steady_s + self.overload_s

    def times_s(self, rng: np.random.Generator) -> list[float]:
        """Return when to send: a Poisson process whose rate is that of the phase."""
        starts = (0.0, self.steady_s, self.calm_s)
        lengths = (self.steady_s, self.overload_s, self.after_s)
        rates = (self.steady_a_s, self.overload_a_s, self.steady_a_s)
        times: list[float] = []
        for start, length, rate in zip(starts, lengths, rates, strict=True):
            count = int(rng.poisson(rate * length))
            times += (start + np.sort(rng.uniform(0, length, count))).tolist()
        return times


def facts_of(sent: Sequence[Sent], phases: Phases) -> list[Fact]:
    """Return what was seen while requests were sent in these phases."""
    steady = [each for each in sent if each.due_s < phases.steady_s]
    overload = [each for each in sent if phases.steady_s <= each.due_s < phases.calm_s]
    after = [each for each in sent if each.due_s >= phases.calm_s]
    return [
        *_steady_facts(steady),
        *_overload_facts(overload),
        Fact(
            "until a second is normal again after the overload",
            recovery_s(after, phases),
            "s",
            most=MOST_RECOVERY_S,
        ),
        *_facts_of_all(sent),
    ]


def recovery_s(after: Sequence[Sent], phases: Phases) -> float:
    """Return when the first whole second ends in which all is right and p99 is as it must be.

    In s since the overload has ended; one more than was looked at where there is no such second.
    """
    for second in range(int(phases.after_s)):
        begin = phases.calm_s + second
        window = [each for each in after if begin <= each.due_s < begin + 1]
        if (
            window
            and all(each.verdict is Verdict.RIGHT for each in window)
            and _percentile(window, 99) <= MOST_P99_MS
        ):
            return second + 1.0
    return int(phases.after_s) + 1.0


def _steady_facts(steady: Sequence[Sent]) -> list[Fact]:
    return [
        Fact("requests while steady", len(steady), least=1),
        Fact("half of them are answered within", _percentile(steady, 50), "ms"),
        Fact("99 in 100 are answered within", _percentile(steady, 99), "ms", most=MOST_P99_MS),
        Fact("answers of 5xx", sum(each.status >= SERVER_ERROR for each in steady), most=0),
        Fact("others that are not right", _count_not_right(steady), most=0),
    ]


def _overload_facts(overload: Sequence[Sent]) -> list[Fact]:
    statuses = Counter(each.status for each in overload if each.verdict is Verdict.REFUSED)
    answered = [each for each in overload if each.verdict is Verdict.RIGHT]
    return [
        Fact("requests while overloaded", len(overload), least=1),
        Fact("of them answered", len(answered), least=1),
        Fact("99 in 100 of those within", _percentile(answered, 99), "ms"),
        Fact("refused by the gateway's limit (429)", statuses[429], least=1),
        Fact("refused because all workers are busy (503)", statuses[503]),
    ]


def _facts_of_all(sent: Sequence[Sent]) -> list[Fact]:
    verdicts = Counter(each.verdict for each in sent)
    delays_ms = [1000 * (each.began_s - each.due_s) for each in sent]
    return [
        Fact(
            "refusals without Retry-After, CORS or the shape of a problem",
            verdicts[Verdict.MISSHAPEN],
            most=0,
        ),
        Fact("answers that are neither right nor such refusals", verdicts[Verdict.WRONG], most=0),
        Fact("requests without an answer", verdicts[Verdict.NONE], most=0),
        Fact(
            "the sender itself is late, 99 in 100 by less than",
            float(np.percentile(delays_ms, 99)),
            "ms",
        ),
    ]


def _count_not_right(sent: Sequence[Sent]) -> int:
    return sum(each.verdict is not Verdict.RIGHT and each.status < SERVER_ERROR for each in sent)


def _percentile(sent: Sequence[Sent], share: float) -> float:
    """Return a percentile of the latency in ms; 0 of nothing."""
    latencies_ms = [each.latency_ms for each in sent]
    return float(np.percentile(latencies_ms, share)) if latencies_ms else 0.0
