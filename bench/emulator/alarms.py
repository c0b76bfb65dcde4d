"""CloudWatch's alarms as a template describes them, judged over the emulator's counts.

An alarm looks back from each minute over whole periods (a sliding window, as CloudWatch does where
a template names no other one). It goes off where the statistic breaches the threshold in all of
them; a period without a value counts as the alarm's TreatMissingData says, and one with fewer than
10 / (1 - p) values changes nothing of a percentile that ignores so few. That CloudWatch looks
further back for values where some are missing is left out: for it what is older can stand in for
what is missing, so it may go off sooner, or, where missing breaches, some periods later.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bench.emulator.metrics import Metrics

MINUTE_S = 60.0  # between two looks
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
}
STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "SampleCount": len,
}
BREACHING = {"breaching": True, "notBreaching": False}
FEW = 10  # divided by the share above a percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an alarm is to be in the state ALARM; dimensions: the very ones of its metric."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    breaches: Callable[[float, float], bool]
    threshold: float
    period_s: float
    periods: int
    missing_breaches: bool
    ignores_few: bool

    @classmethod
    def of_resource(cls, properties: Mapping[str, Any]) -> Self:
        """Read it from an AWS::CloudWatch::Alarm that has been resolved.

        Raises KeyError for what it does not know, so that nothing is judged otherwise than said.
        """
        named = properties.get("Dimensions", ())
        return cls(
            namespace=properties["Namespace"],
            metric=properties["MetricName"],
            dimensions={each["Name"]: each["Value"] for each in named},
            statistic=properties.get("ExtendedStatistic") or properties["Statistic"],
            breaches=COMPARISONS[properties["ComparisonOperator"]],
            threshold=float(properties["Threshold"]),
            period_s=float(properties["Period"]),
            periods=int(properties["EvaluationPeriods"]),
            missing_breaches=BREACHING[properties["TreatMissingData"]],
            ignores_few=properties.get("EvaluateLowSampleCountPercentile") == "ignore",
        )

    def judge(self, metrics: Metrics, until_s: float, *, was_raised: bool = False) -> bool:
        """Whether it is raised, by what was counted until then; was_raised: at the look before."""
        points = [
            self._point(metrics, until_s - (back + 1) * self.period_s)
            for back in range(self.periods)
        ]
        return was_raised if None in points else all(points)

    def _point(self, metrics: Metrics, after_s: float) -> bool | None:
        """Whether one period breaches; None where so few values say nothing."""
        until_s = after_s + self.period_s
        values = metrics.values(self.namespace, self.metric, self.dimensions, after_s, until_s)
        if not values:
            return self.missing_breaches
        if not self.statistic.startswith("p"):
            return self.breaches(STATISTICS[self.statistic](values), self.threshold)
        percent = float(self.statistic[1:])
        if self.ignores_few and len(values) * (100 - percent) < 100 * FEW:
            return None
        return self.breaches(float(np.percentile(values, percent)), self.threshold)


class Watch:
    """Some alarms of a template, looked at every minute. raised: since which look, in s."""

    def __init__(self, rules: Mapping[str, Rule], metrics: Metrics, lag_s: float) -> None:
        """Take the alarms by name. lag_s: how long a value is on its way to CloudWatch."""
        self._rules, self._metrics, self._lag_s = rules, metrics, lag_s
        self.raised: dict[str, float] = {}

    def look(self, now_s: float) -> None:
        """Judge every alarm by what has arrived."""
        for name, rule in self._rules.items():
            was_raised = name in self.raised
            until_s = now_s - self._lag_s
            if not rule.judge(self._metrics, until_s, was_raised=was_raised):
                self.raised.pop(name, None)
            elif not was_raised:
                self.raised[name] = now_s
