"""What broken new versions do: simulated again, reckoned by hand, and with nothing wrong."""

from pathlib import Path

import numpy as np
import pytest

from bench.canary import BACK_S, NEW, Canary
from bench.operations import canaries
from bench.operations.canaries import FAULTS, Fault, Outcome
from bench.operations.costs import SHIPPED_MB
from bench.operations.service_times import ServiceTimes, SizeTimes
from tools.deploy.shift import MINUTES

TIMES = ServiceTimes("here", 1, 600, 300, 1.0, {SHIPPED_MB: SizeTimes([100.0], [2.0], 1.0)})
SEED = (5,)


@pytest.fixture(scope="module")
def canary(package: Path) -> Canary:
    return Canary.of_package(package / "template.json")


def test_what_is_published_comes_again_by_its_seed(canary: Canary) -> None:
    published = canaries.read()
    assert len(published) == len(canaries.LOADS_A_MINUTE) * len(FAULTS)
    number = next(i for i, one in enumerate(published) if one.load_a_minute == 60)
    again = canaries.simulate_one(
        canary, ServiceTimes.read(), 60, FAULTS[0], (canaries.SEED, number), canaries.RUNS
    )
    assert again == published[number]


def test_what_is_harmed_is_the_share_of_what_comes_until_the_way_back(canary: Canary) -> None:
    found = canaries.simulate_one(canary, TIMES, 600, FAULTS[1], SEED, 50)
    assert found.taken_back == 50
    minutes = found.minutes[0] + BACK_S / 60
    expected = canary.during.beside[NEW] * 600 * minutes
    assert found.harmed[0] == pytest.approx(expected, abs=4 * np.sqrt(expected))


@pytest.mark.parametrize("load", [1, 600])
def test_a_version_without_a_fault_is_never_taken_back(canary: Canary, load: int) -> None:
    sound = Fault("nothing is wrong", 0.0)
    found = canaries.simulate_one(canary, TIMES, load, sound, SEED, 20)
    assert found == Outcome(load, sound.name, 20, 0, [], [])


def test_where_little_is_asked_little_is_noticed(canary: Canary) -> None:
    rare = canaries.simulate_one(canary, TIMES, 1, FAULTS[1], SEED, 50)
    often = canaries.simulate_one(canary, TIMES, 60, FAULTS[1], SEED, 50)
    assert rare.taken_back < 5 < often.taken_back == 50
    assert often.minutes[1] <= MINUTES


def test_a_share_too_small_to_tell_is_told_as_such() -> None:
    rows = canaries.canary_table(
        [
            Outcome(1, "a", 400, 0, [], []),
            Outcome(1, "b", 400, 1, [9.0, 9.0], [1.0, 1.0]),
            Outcome(1, "c", 400, 400, [3.0, 4.0], [10.0, 1200.0]),
        ]
    ).splitlines()[2:]
    assert rows == [
        "| 1 | a | 0 % |  |  |",
        "| 1 | b | less than 1 % |  |  |",
        "| 1 | c | 100 % | 3 (95 %: 4) minutes | 10 (95 %: 1,200) |",
    ]
