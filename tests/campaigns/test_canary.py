"""Canaries, in short: a tenth is a tenth, alarms tell broken from sound, the way back holds."""

from pathlib import Path

import pytest

from bench.campaigns import canary
from bench.campaigns.canary.course import Case
from bench.emulator.worker import Function
from bench.outcome import Fact

SEED = 7


def broken(facts: list[Fact]) -> set[str]:
    return {fact.what.partition(": ")[2] for fact in facts if not fact.held}


@pytest.mark.parametrize("case", canary.CASES, ids=lambda case: case.name)
def test_a_new_version_gets_a_tenth_and_a_broken_one_is_taken_back(
    function: Function, package: Path, case: Case
) -> None:
    print("seed", SEED)
    facts = canary.run_on(function, package / "template.json", 1, SEED, [case])
    assert broken(facts) == set()


def test_a_version_that_no_alarm_takes_back_is_told(function: Function, package: Path) -> None:
    """The campaign can fail: what is said to be wrong with this one happens to hardly a request."""
    case = Case("raises", share=1e-9, rate_a_minute=6)
    facts = canary.run_on(function, package / "template.json", 1, SEED, [case])
    assert broken(facts) == {"deployments not taken back", "minutes until an alarm, at most"}
