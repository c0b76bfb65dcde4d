"""Clocks that leap lose nothing; the short form of the campaign, by a clock that is handed in."""

import random
from datetime import timedelta

import pytest

from bench.campaigns import clocks
from chalicelib.learning import store_clock
from chalicelib.learning.store_clock import ClockNote

LIVES = 6


def not_held(seed: int) -> list[str]:
    facts = clocks.torment(LIVES, seed, clocks.live_here)
    return [fact.what for fact in facts if not fact.held]


def test_clocks_that_leap_lose_and_promote_nothing() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    assert not not_held(seed)


def test_the_campaign_sees_what_goes_by_a_clock_that_leapt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClockNote, "is_trusted", True)
    monkeypatch.setattr(store_clock, "LEAP", timedelta(days=10_000))
    assert "keys that a sweep took for too old, or broken off" in not_held(1)
