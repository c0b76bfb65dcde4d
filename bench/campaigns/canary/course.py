"""One canary: minutes with the old version alone, with both, and, once an alarm goes off, after."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.canary import BACK_S, LAG_S, NEW, STACK, Canary, Clock
from bench.emulator.alarms import MINUTE_S, Watch
from bench.emulator.alias import Alias
from bench.emulator.gateway import VERSION_HEADER
from bench.emulator.metrics import LAMBDA, Metrics
from bench.emulator.routes import Routes
from bench.emulator.served import served_target
from bench.emulator.worker import NAME, Function
from bench.events import JSON, SEVEN
from bench.transports import ServerTransport
from tools.deploy.live import ALIAS
from tools.deploy.shift import MINUTES

BEFORE, AFTER = 5, 5  # minutes with the old version alone
AT_ONCE = 4
SLOW_MS = 1000.0
OK = 200
WHOLE = {"FunctionName": NAME}


@dataclass(frozen=True, slots=True)
class Case:
    """How a new version is broken (bench/emulator/broken.py), and for which share of its events.

    rate_a_minute: how many requests come, of all versions.
    """

    name: str
    share: float
    rate_a_minute: int = 60


@dataclass(slots=True)
class Part:
    """What came in some minutes: requests, those that the new version got, and what went wrong.

    wrong: answers other than a seven that is read. slow: those that took a function above a second.
    """

    requests: int = 0
    new: int = 0
    wrong: int = 0
    slow: int = 0

    @property
    def failed(self) -> int:
        """How many were harmed, in either way: what is slow on purpose is right here."""
        return self.wrong + self.slow


@dataclass(slots=True)
class Course:
    """What came of a canary. share: the weight of the new version.

    raised: the alarms that went off, with the seconds since the new version got its share.
    uncounted: by how many the counts by ExecutedVersion differ from what callers saw.
    """

    share: float
    before: Part = field(default_factory=Part)
    during: Part = field(default_factory=Part)
    after: Part = field(default_factory=Part)
    raised: dict[str, float] = field(default_factory=dict)
    uncounted: int = 0


def run_case(
    canary: Canary, versions: Sequence[Function], template: Path, rate_a_minute: int, seed: int
) -> Course:
    """Deploy a new version, watch it, and take it back where an alarm goes off."""
    clock = Clock()
    metrics = Metrics(STACK, clock)
    alias = Alias(ALIAS, versions, canary.before, metrics, concurrency=AT_ONCE, seed=seed)
    watch = Watch(canary.rules(), metrics, LAG_S)
    prefix = f"/{Routes.of_template(template).stage}"
    with served_target(template, alias, prefix=prefix, metrics=metrics) as transport:
        minutes = _Minutes(clock, metrics, watch, _sender(transport), rate_a_minute, seed)
        course = Course(canary.during.beside[NEW])
        minutes.pass_by(BEFORE, course.before)
        alias.route(canary.during)
        began_s = clock.now_s
        minutes.pass_by(MINUTES, course.during, lambda: bool(watch.raised))
        course.raised = {name: at_s - began_s for name, at_s in watch.raised.items()}
        if course.raised:
            minutes.pass_by(round(BACK_S / MINUTE_S), course.during)
            alias.route(canary.before)
            minutes.pass_by(AFTER, course.after)
    seen = minutes.versions
    counted = {version: _counted(metrics, version) for version in seen}
    course.uncounted = sum(abs(seen[version] - counted[version]) for version in seen)
    return course


Sender = Callable[[], tuple[str, bool]]


class _Minutes:
    """Lets minutes pass, with requests in the middle of each, and then looks at the alarms."""

    def __init__(
        self,
        clock: Clock,
        metrics: Metrics,
        watch: Watch,
        send: Sender,
        rate_a_minute: int,
        seed: int,
    ) -> None:
        self._clock, self._metrics, self._watch, self._send = clock, metrics, watch, send
        self._rate = rate_a_minute
        self._rng = np.random.default_rng(seed)
        self.versions: Counter[str] = Counter()

    def pass_by(self, count: int, part: Part, is_over: Callable[[], bool] = lambda: False) -> None:
        """Let so many minutes pass, fewer where it is over before."""
        minute_s = self._clock.now_s
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in range(count):
                self._clock.now_s = minute_s + MINUTE_S / 2
                requests = int(self._rng.poisson(self._rate))
                for version, wrong in pool.map(lambda _: self._send(), range(requests)):
                    self.versions[version] += 1
                    part.requests += 1
                    part.new += version == NEW
                    part.wrong += wrong
                took_ms = self._metrics.values(LAMBDA, "Duration", WHOLE, minute_s)
                part.slow += sum(each > SLOW_MS for each in took_ms)
                minute_s += MINUTE_S
                self._clock.now_s = minute_s
                self._watch.look(minute_s)
                if is_over():
                    return


def _sender(transport: ServerTransport) -> Sender:
    body = json.dumps({"strokes": [SEVEN]}).encode()

    def send() -> tuple[str, bool]:
        """Have a seven read; return the version that did, and whether the answer was wrong."""
        answer = transport.request("POST", "/v1/recognize", body, {"Content-Type": JSON})
        version = answer.headers[VERSION_HEADER.lower()]
        return version, answer.status != OK or answer.json["text"] != "7"

    return send


def _counted(metrics: Metrics, version: str) -> int:
    dimensions = WHOLE | {"Resource": f"{NAME}:{ALIAS}", "ExecutedVersion": version}
    return len(metrics.values(LAMBDA, "Invocations", dimensions))
