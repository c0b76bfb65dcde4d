"""What tests of several folders share: one browser, one package."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.packages import code, function, package, runtime, variables

if TYPE_CHECKING:  # the training environment has no Playwright
    from playwright.sync_api import Browser

__all__ = ["code", "function", "package", "runtime", "variables"]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Return one Chromium for all tests; those that want it fail where there is none."""
    from bench.chromium import chromium

    with chromium() as running:
        yield running
