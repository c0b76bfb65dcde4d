"""Waiting has a limit, whatever is waited for."""

import threading
import time

import pytest

from chalicelib.stores.time_limit import call_within


def test_what_is_quick_is_as_without_a_limit() -> None:
    assert call_within(5, lambda: 7) == 7
    with pytest.raises(ValueError, match="'x'"):
        call_within(5, lambda: int("x"))


def test_what_is_slow_is_given_up() -> None:
    goes_on = threading.Event()
    started_s = time.monotonic()
    with pytest.raises(TimeoutError):
        call_within(0.05, lambda: goes_on.wait(60))
    assert time.monotonic() - started_s < 30
    goes_on.set()
