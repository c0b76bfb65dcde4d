"""The simulated stage behaves as theory says, and as its quotas say."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.operations.scenarios import LOADS_A_S, SHIPPED, rates, settings_of
from bench.operations.simulation import (
    ACCOUNT,
    CONCURRENCY,
    REQUESTS,
    SCALING,
    STAGE,
    UNBOUNDED,
    Course,
    Limits,
    Simulation,
)

SEED = 5
OPEN = Limits(account_rate=UNBOUNDED, account_burst=UNBOUNDED, scales=False)


def course(limits: Limits, rates_a_s: list[float], mean_s: float = 0.001) -> Course:
    rng = np.random.default_rng(SEED)
    return Simulation(limits, [mean_s], [mean_s], rng).run(rates_a_s)


def erlang_b(offered: float, servers: int) -> float:
    """Return the share that is lost (Erlang 1917), by its recursion."""
    lost = 1.0
    for count in range(1, servers + 1):
        lost = offered * lost / (count + offered * lost)
    return lost


@pytest.mark.parametrize("spread", ["exponential", "constant"])
@pytest.mark.parametrize(("offered", "servers"), [(4.0, 6), (10.0, 10)])
def test_without_throttles_as_many_are_lost_as_erlang_says(
    spread: str, offered: float, servers: int
) -> None:
    """Whatever the spread of the service times: the formula asks for their mean alone."""
    mean_s, seconds = 0.1, 600
    rng = np.random.default_rng(SEED)
    drawn = rng.exponential(mean_s, 20_000) if spread == "exponential" else np.full(100, mean_s)
    sample = (drawn * mean_s / drawn.mean()).tolist()
    limits = replace(OPEN, functions=servers)
    found = Simulation(limits, sample, sample, rng).run([offered / mean_s] * seconds)
    lost = found.refused[CONCURRENCY] / found.came
    expected = erlang_b(offered, servers)
    independent = found.came / servers  # losses cluster while all are busy
    error = math.sqrt(expected * (1 - expected) / independent)
    assert lost == pytest.approx(expected, abs=4 * error), f"seed {SEED}"
    assert abs(expected - lost) < 0.03


def test_a_seed_gives_the_same_course_and_another_one_another() -> None:
    limits = settings_of(LOADS_A_S[1])["stage raised, default quotas"]

    def run(seed: int) -> Course:
        sample = [0.001, 0.002, 0.1]
        return Simulation(limits, sample, sample, np.random.default_rng(seed)).run([200.0] * 5)

    assert run(1) == run(1)
    assert run(1) != run(2)


@pytest.mark.parametrize(
    ("limits", "quota"),
    [
        (Limits(stage_rate=20, stage_burst=60), STAGE),
        (Limits(account_rate=100, account_burst=50), ACCOUNT),
        (Limits(functions=10), REQUESTS),
        (Limits(functions=10_000, account_rate=UNBOUNDED, account_burst=UNBOUNDED), SCALING),
    ],
)
def test_each_quota_lets_through_what_it_says_and_is_named(limits: Limits, quota: str) -> None:
    load, seconds = (400.0, 10) if quota != SCALING else (30_000.0, 3)
    found = course(limits, [load] * seconds)
    assert found.first_refusal == quota
    answered = found.came - sum(found.refused.values())
    expected = {
        STAGE: 60 + 20 * seconds,
        ACCOUNT: 50 + 100 * seconds,
        REQUESTS: 100 * seconds,
        SCALING: 10_000 + 11_000 + 12_000,
    }
    assert answered == pytest.approx(expected[quota], rel=0.02)


def test_a_wave_of_slow_starts_is_held_back_by_the_pace_of_scaling() -> None:
    limits = Limits(functions=5_000, account_rate=UNBOUNDED, account_burst=UNBOUNDED)
    found = course(limits, [3_000.0], mean_s=30.0)
    assert found.functions == pytest.approx(1_000 + 100, abs=3)
    assert found.refused.keys() == {SCALING}


@pytest.mark.parametrize(("functions", "refusing"), [(None, {STAGE}), (20, {STAGE, CONCURRENCY})])
def test_as_shipped_the_throttle_refuses_before_the_functions_run_out(
    functions: int | None, refusing: set[str]
) -> None:
    """Of a wave on a stage at rest, whose functions take a second to start; with fewer it fails."""
    ships = settings_of(LOADS_A_S[0])[SHIPPED]
    limits = replace(ships, functions=functions or ships.functions)
    rng = np.random.default_rng(SEED)
    found = Simulation(limits, [1.0], [0.02], rng).run([0.0, 600.0, 100.0, 20.0])
    assert found.refused.keys() == refusing


def test_what_is_refused_and_what_is_answered_is_all_that_came() -> None:
    found = course(Limits(stage_rate=50, stage_burst=5, functions=2), [120.0] * 5, mean_s=0.02)
    assert found.came == len(found.latencies_s) + sum(found.refused.values())
    assert {STAGE, REQUESTS} <= found.refused.keys()
    assert found.charged_ms == 21 * len(found.latencies_s)
    assert found.cold == found.functions <= 2


def test_the_loads_begin_quietly_and_have_a_burst() -> None:
    found = rates(1_000)
    assert found[0] == 100
    assert found[20] == 1_000
    assert max(found) == found[42] == 2_000
