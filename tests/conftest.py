"""What tests of several folders share: one browser, one package."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.packages import code, function, package, runtime, variables
from tools.browser import NAMES

if TYPE_CHECKING:  # the training environment has no Playwright
    from playwright.sync_api import Browser

__all__ = ["code", "function", "package", "runtime", "variables"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Return one Chromium for all tests; those that want it fail where there is none."""
    from playwright.sync_api import sync_playwright

    found = (shutil.which(name) for name in NAMES)
    path = os.environ.get("INKLING_CHROMIUM") or next(filter(None, found), None)
    if not path:
        pytest.fail("There is no Chromium: `make test` installs one, INKLING_CHROMIUM names one.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
