"""What API Gateway and Lambda tell CloudWatch: values with their times, by name and dimensions.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

GATEWAY, LAMBDA = "AWS/ApiGateway", "AWS/Lambda"
CLIENT_ERROR, SERVER_ERROR = 400, 500

Key = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass(slots=True)
class _Series:
    """The values of one metric under the same dimensions, in the order of their times."""

    times_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class Metrics:
    """The counts of one stack. api: its name in the gateway's metrics."""

    def __init__(self, api: str, now_s: Callable[[], float] = time.time) -> None:
        self._api = api
        self._now_s = now_s
        self._lock = Lock()
        self._series: dict[Key, _Series] = {}

    def put(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], values: Sequence[float]
    ) -> None:
        """Add values of now."""
        with self._lock:
            found = self._series.setdefault(_key(namespace, metric, dimensions), _Series())
            found.times_s += [self._now_s()] * len(values)
            found.values += values

    def count_answer(self, stage: str, status: int, took_ms: float) -> None:
        """Count an answer of the gateway's."""
        dimensions = {"ApiName": self._api, "Stage": stage}
        values = {
            "Count": 1.0,
            "4XXError": float(CLIENT_ERROR <= status < SERVER_ERROR),
            "5XXError": float(status >= SERVER_ERROR),
            "Latency": took_ms,
        }
        for metric, value in values.items():
            self.put(GATEWAY, metric, dimensions, [value])

    def count_invocation(
        self, function: str, alias: str, version: str, *, failed: bool, duration_ms: float
    ) -> None:
        """Count an event that a version of a function got, by its alias."""
        values = {"Invocations": 1.0, "Errors": float(failed), "Duration": duration_ms}
        for dimensions in _dimensions(function, alias, version):
            for metric, value in values.items():
                self.put(LAMBDA, metric, dimensions, [value])

    def count_throttle(self, function: str, alias: str) -> None:
        """Count an event that no version got: it is no invocation."""
        for dimensions in _dimensions(function, alias):
            self.put(LAMBDA, "Throttles", dimensions, [1.0])

    def values(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        after_s: float = -1.0,
        until_s: float = float("inf"),
    ) -> list[float]:
        """Return the values under exactly these dimensions, as CloudWatch does."""
        with self._lock:
            found = self._series.get(_key(namespace, metric, dimensions), _Series())
            begin = bisect_right(found.times_s, after_s)
            return found.values[begin : bisect_right(found.times_s, until_s)]


def _key(namespace: str, metric: str, dimensions: Mapping[str, str]) -> Key:
    return namespace, metric, frozenset(dimensions.items())


def _dimensions(function: str, alias: str, version: str = "") -> list[dict[str, str]]:
    """Return under which dimensions Lambda counts what is called by an alias."""
    whole = {"FunctionName": function}
    of_alias = whole | {"Resource": f"{function}:{alias}"}
    return [whole, of_alias, *([of_alias | {"ExecutedVersion": version}] if version else [])]
