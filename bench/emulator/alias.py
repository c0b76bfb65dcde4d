"""An alias of a function, before two versions of it: each request goes to one by its weight.

Lambda draws for each request anew, shares the function's concurrency among its versions, and says
which one it was in the log (platform.start) and in the metrics (ExecutedVersion).
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Self, TextIO

from bench.emulator.metrics import Metrics
from bench.emulator.pool import Execution, Pool, TooManyRequests
from bench.emulator.runtime_api import Outcome
from bench.emulator.worker import NAME, Function


@dataclass(frozen=True, slots=True)
class Routing:
    """Which version is called, and the shares of others beside it, as GetAlias says it.

    Raises ValueError for what Lambda refuses: more than one beside, or a share out of [0, 1].
    """

    version: str
    beside: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = len(self.beside) > 1 or self.version in self.beside
        if wrong or not all(0 <= share <= 1 for share in self.beside.values()):
            raise ValueError(f"{self.version} beside {dict(self.beside)} is no routing of an alias")

    @classmethod
    def of_alias(cls, described: Mapping[str, Any]) -> Self:
        """Read it from what Lambda answers to GetAlias and UpdateAlias."""
        weights = described.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return cls(described["FunctionVersion"], weights)

    @classmethod
    def of_resource(cls, properties: Mapping[str, Any]) -> Self:
        """Read it from an AWS::Lambda::Alias that has been resolved."""
        listed = properties.get("RoutingConfig", {}).get("AdditionalVersionWeights", ())
        beside = {each["FunctionVersion"]: float(each["FunctionWeight"]) for each in listed}
        return cls(properties["FunctionVersion"], beside)

    def choose(self, chance: float) -> str:
        """Return the version of a request. chance: drawn from [0, 1)."""
        for version, share in self.beside.items():
            if chance < share:
                return version
            chance -= share
        return self.version


class Alias:
    """One alias of a function whose versions are given; which of them it calls can be changed.

    log: where Lambda's own record of each start goes, as a line of JSON.
    """

    def __init__(
        self,
        name: str,
        versions: Sequence[Function],
        routing: Routing,
        metrics: Metrics,
        *,
        concurrency: int = 1,
        seed: int = 0,
        log: TextIO | None = None,
    ) -> None:
        self.name = name
        self._pools = {
            each.version: Pool(replace(each, alias=name), concurrency) for each in versions
        }
        self._metrics, self._log = metrics, log
        self._chance = random.Random(seed)
        self._lock = Lock()
        self._free = concurrency
        self.route(routing)

    def route(self, routing: Routing) -> None:
        """Call these versions from now on. Raises KeyError for one that is not there."""
        for version in (routing.version, *routing.beside):
            self._pools[version]
        with self._lock:
            self._routing = routing

    def invoke(self, event: bytes) -> Execution:
        """Return what the version of chance answers. Raises TooManyRequests."""
        version = self._admit()
        try:
            found = self._pools[version].invoke(event)
        finally:
            with self._lock:
                self._free += 1
        self._tell(found)
        return found

    def _tell(self, found: Execution) -> None:
        """Count an event and log its start, as Lambda does."""
        failed = found.invoked.outcome is not Outcome.RESPONSE
        self._metrics.count_invocation(
            NAME, self.name, found.version, failed=failed, duration_ms=found.invoked.duration_ms
        )
        if self._log:
            record = {"requestId": found.invoked.request_id, "version": found.version}
            print(json.dumps({"type": "platform.start", "record": record}), file=self._log)

    def _admit(self) -> str:
        """Take a place and return the version of a request. Raises TooManyRequests."""
        with self._lock:
            if self._free:
                self._free -= 1
                return self._routing.choose(self._chance.random())
        self._metrics.count_throttle(NAME, self.name)
        raise TooManyRequests

    def chill(self) -> int:
        """Stop the workers that wait, of all versions; return how many there were."""
        return sum(pool.chill() for pool in self._pools.values())
