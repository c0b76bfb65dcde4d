"""Waits for what a page shows: as long as a busy machine needs, and no longer than that.

Playwright looks ever more seldom, at last twice a second, and gives up after five. With a short
limit it looks every 50 ms: so a long wait is made of short ones.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from playwright.sync_api import Locator
from playwright.sync_api import expect as expect_soon

if TYPE_CHECKING:  # the module that is meant for all does not name it
    from playwright.sync_api._generated import LocatorAssertions

PATIENCE_S = 30.0
LOOK_MS = 400  # Playwright's pauses grow to no more than a fifth of its limit


def expect(locator: Locator) -> "LocatorAssertions":
    """Return Playwright's assertions about a locator, each of which waits for up to PATIENCE_S."""
    return cast("LocatorAssertions", _Patient(expect_soon(locator)))


def shown(locator: Locator) -> Locator:
    """Return a locator once what it finds can be seen, for a hand to use at once."""
    expect(locator).to_be_visible()
    return locator


class _Patient:
    """Assertions that are repeated until they hold, or patience ends."""

    def __init__(self, assertions: "LocatorAssertions") -> None:
        self._assertions = assertions

    def __getattr__(self, name: str) -> Callable[..., None]:
        look = getattr(self._assertions, name)

        def wait(*expected: object, **options: object) -> None:
            deadline = time.monotonic() + PATIENCE_S
            while True:
                try:
                    look(*expected, timeout=LOOK_MS, **options)
                except AssertionError:
                    if time.monotonic() > deadline:
                        raise
                else:
                    return

        return wait
