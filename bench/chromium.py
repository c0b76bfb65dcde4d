"""The browser of benches and tests: one Chromium that asks nobody for anything by itself."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

from chalicelib.errors import InklingError
from tools.browser import NAMES

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowser(InklingError):
    """No Chromium is on this machine, and none is named."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Chromium: `make test` installs one, INKLING_CHROMIUM names one."
        )


@contextmanager
def chromium(*, without: Sequence[str] = ()) -> Iterator[Browser]:
    """Run one Chromium. Raises NoBrowser.

    without: those of Playwright's own arguments that are left out.
    """
    found = (shutil.which(name) for name in NAMES)
    path = os.environ.get("INKLING_CHROMIUM") or next(filter(None, found), None)
    if not path:
        raise NoBrowser
    with _driver() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, ignore_default_args=list(without) or None
        )
        try:
            yield browser
        finally:
            browser.close()


_drivers = ExitStack()
_users: list[Playwright] = []


@contextmanager
def _driver() -> Iterator[Playwright]:
    """Give the driver that runs, or run one: a thread can have no second one."""
    _users.append(_users[0] if _users else _drivers.enter_context(sync_playwright()))
    try:
        yield _users[0]
    finally:
        _users.pop()
        if not _users:
            _drivers.close()
