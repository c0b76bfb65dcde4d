"""An alias of the emulator is Lambda's where a caller, a metric or a log can tell."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bench.canary import NEW, OLD, STACK, Canary
from bench.emulator.alarms import Rule, Watch
from bench.emulator.alias import Alias, Routing
from bench.emulator.intrinsics import Intrinsics
from bench.emulator.metrics import LAMBDA, Metrics
from bench.emulator.pool import TooManyRequests
from bench.emulator.worker import NAME, Function
from tools.deploy.shift import CANARY
from tools.deploy.template import stack_template

ECHO = """
import os, time

def tell(event, context):
    time.sleep(event.get("sleep_s", 0))
    if event.get("fails"):
        raise ValueError("as it should")
    version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    return [version, context.function_version, context.invoked_function_arn, context.aws_request_id]
"""
OF_FUNCTION = {"FunctionName": NAME}
OF_ALIAS = OF_FUNCTION | {"Resource": f"{NAME}:live"}
SEED = 11


@pytest.fixture
def versions(runtime: Path, tmp_path: Path) -> list[Function]:
    (tmp_path / "echo.py").write_text(ECHO)
    return [Function(tmp_path, runtime, "echo.tell", version=each) for each in (OLD, NEW)]


def counts(metrics: Metrics, metric: str, version: str) -> list[float]:
    return metrics.values(LAMBDA, metric, OF_ALIAS | {"ExecutedVersion": version})


def test_each_request_goes_to_a_version_by_its_weight_and_says_which(
    versions: list[Function],
) -> None:
    metrics, log = Metrics("api"), io.StringIO()
    routing = Routing(OLD, {NEW: 0.3})
    alias = Alias("live", versions, routing, metrics, seed=SEED, log=log)
    answers = [json.loads(alias.invoke(b"{}").invoked.body) for _ in range(100)]
    alias.route(Routing(OLD))
    after = [alias.invoke(b"{}").version for _ in range(20)]
    assert alias.chill() == 2
    assert set(after) == {OLD}
    new = [version for version, *_ in answers].count(NEW)
    assert 16 <= new <= 44, f"of a hundred, seed {SEED}: three standard deviations around 30"
    for version, of_context, arn, _ in answers:
        assert version == of_context
        assert arn.endswith(f":function:{NAME}:live"), "by what it was called"
    assert len(counts(metrics, "Invocations", NEW)) == new
    assert len(counts(metrics, "Duration", OLD)) == 120 - new
    assert len(metrics.values(LAMBDA, "Invocations", OF_ALIAS)) == 120
    assert len(metrics.values(LAMBDA, "Invocations", OF_FUNCTION)) == 120
    started = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [each["type"] for each in started] == ["platform.start"] * 120
    told = [(each["record"]["version"], each["record"]["requestId"]) for each in started[:100]]
    assert told == [(version, request_id) for version, _, _, request_id in answers]


def test_the_share_of_the_new_version_is_the_low_end_of_chance() -> None:
    routing = Routing(OLD, {NEW: 0.5})
    assert [routing.choose(chance / 10) for chance in range(10)] == [NEW] * 5 + [OLD] * 5
    assert Routing(OLD, {NEW: 0.0}).choose(0.0) == OLD
    assert Routing(OLD, {NEW: 1.0}).choose(0.999) == NEW


@pytest.mark.parametrize("beside", [{OLD: 0.1}, {NEW: 1.1}, {NEW: -0.1}, {NEW: 0.1, "3": 0.1}])
def test_a_routing_that_lambda_refuses_is_refused(beside: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is no routing of an alias"):
        Routing(OLD, beside)


def test_a_routing_is_read_as_lambda_tells_it() -> None:
    told = {"FunctionVersion": "4", "RoutingConfig": {"AdditionalVersionWeights": {"5": 0.1}}}
    assert Routing.of_alias(told) == Routing("4", {"5": 0.1})
    assert Routing.of_alias({"FunctionVersion": "4"}) == Routing("4")


def test_what_fails_and_what_is_refused_is_counted_and_both_versions_share_their_places(
    versions: list[Function],
) -> None:
    metrics = Metrics("api")
    alias = Alias("live", versions, Routing(OLD, {NEW: 0.5}), metrics, seed=SEED)
    alias.invoke(b'{"fails": 1}')
    assert metrics.values(LAMBDA, "Errors", OF_FUNCTION) == [1.0]
    busy = Thread(target=alias.invoke, args=(b'{"sleep_s": 3}',))
    busy.start()
    time.sleep(0.5)
    with pytest.raises(TooManyRequests):
        alias.invoke(b"{}")
    busy.join()
    alias.chill()
    assert metrics.values(LAMBDA, "Throttles", OF_FUNCTION) == [1.0]
    assert len(metrics.values(LAMBDA, "Invocations", OF_FUNCTION)) == 2


def test_the_template_gives_a_new_version_a_tenth_and_takes_it_back(package: Path) -> None:
    canary = Canary.of_package(package / "template.json")
    assert canary.during == Routing(OLD, {NEW: float(CANARY)})
    assert canary.before == Routing(OLD)


@pytest.fixture
def rules(package: Path) -> dict[str, Rule]:
    return Canary.of_package(package / "template.json").rules()


@pytest.fixture
def looks() -> Callable[..., list[bool]]:
    """Return a function that puts one value into some minutes, and looks at an alarm after each."""

    def looks_(rule: Rule, values: dict[int, list[float]], minutes: int) -> list[bool]:
        now_s = [0.0]
        metrics = Metrics("api", lambda: now_s[0])
        watch, states = Watch({"it": rule}, metrics, lag_s=0), []
        for minute in range(minutes):
            now_s[0] = 60.0 * minute + 30
            metrics.put(rule.namespace, rule.metric, rule.dimensions, values.get(minute, []))
            watch.look(60.0 * (minute + 1))
            states.append("it" in watch.raised)
        return states

    return looks_


def test_a_sum_is_over_the_last_five_minutes_and_more_than_its_threshold(
    rules: dict[str, Rule], looks: Callable[..., list[bool]]
) -> None:
    broken = rules["ApiBroken"]
    assert looks(broken, {0: [1.0] * 4}, 8) == [False] * 8
    assert looks(broken, {0: [1.0] * 3, 4: [1.0, 1.0]}, 8) == [False] * 4 + [True] + [False] * 3
    assert looks(broken, {0: [1.0] * 3, 5: [1.0, 1.0]}, 8) == [False] * 8, "they are too far apart"
    assert looks(rules["APIHandlerErrors"], {2: [0.0, 1.0]}, 3) == [False, False, True]


def test_a_percentile_must_be_too_high_in_each_period_in_a_row(
    rules: dict[str, Rule], looks: Callable[..., list[bool]]
) -> None:
    slow = rules["ApiSlow"]
    minutes = round(slow.periods * slow.period_s / 60)
    tenth = [2.0] * 9 + [1500.0]
    always = looks(slow, dict.fromkeys(range(20), tenth), 20)
    assert always.index(True) < minutes
    assert not any(looks(slow, dict.fromkeys(range(4), tenth), 20)), "for four minutes alone"
    assert not any(looks(slow, dict.fromkeys(range(20), [2.0] * 10), 20))


def test_a_round_is_missed_thirty_hours_after_the_last(packaged: dict[str, Any]) -> None:
    """Rounds that come a day apart, some hours late, are none missed."""
    template = stack_template(packaged)
    resolved = Intrinsics(template, {"AWS::StackName": STACK, "Notices": "notices"}).resolve
    rule = Rule.of_resource(resolved(template["Resources"]["RoundMissing"]["Properties"]))
    now_s, rounds_h = [0.0], (0.5, 24.5, 52.0, 73.0)
    metrics = Metrics("api", lambda: now_s[0])
    watch, raised = Watch({"it": rule}, metrics, lag_s=0), []
    for hour in range(1, 110):
        for at_h in rounds_h:
            if hour - 1 < at_h <= hour:
                now_s[0] = 3600 * at_h
                metrics.put(rule.namespace, rule.metric, rule.dimensions, [1.5])
        watch.look(3600.0 * hour)
        if "it" in watch.raised:
            raised.append(hour)
    assert raised == list(range(73 + 30, 110))
