"""Fixtures of the page's tests: the page under its strict policy, and APIs for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from bench.faulty_api import FaultyApi, Reply, faulty_api, reading
from bench.transports import chalice_local
from tools.serve_page import serving

PATIENCE_MS = 30_000
# The browser itself notes each answer that is no success, and each one that does not come.
EXPECTED_IN_TROUBLE = ("Failed to load resource", "blocked by CORS policy")

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens the page in a fresh context, served for an API's address.

    Nothing may come up on the console: no exception, no violation of the policy. With
    `trouble=True` the browser may note failed requests.
    """
    noted: list[str] = []
    with ExitStack() as stack:

        def open_(
            api_url: str, *, trouble: bool = False, prefix: str = "/", **options: Any
        ) -> Page:
            def note(message: ConsoleMessage) -> None:
                expected = trouble and any(part in message.text for part in EXPECTED_IN_TROUBLE)
                if message.type in ("error", "warning") and not expected:
                    noted.append(message.text)

            address = stack.enter_context(serving(api_url, prefix=prefix))
            context = browser.new_context(**{"viewport": {"width": 1000, "height": 800}} | options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("console", note)
            page.on("pageerror", lambda error: noted.append(str(error)))
            page.goto(address)
            page.locator("#reading[data-state]").wait_for()
            return page

        yield open_
    assert noted == []


@pytest.fixture(scope="session")
def api_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the real API keeps feedback and its output."""
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="session")
def real_api(api_folder: Path) -> Iterator[str]:
    """Return the address of the real API, under `chalice local`."""
    with chalice_local(api_folder) as transport:
        yield f"http://127.0.0.1:{transport.port}"


@pytest.fixture
def api() -> Iterator[FaultyApi]:
    """Return an API that fails on command, and else reads a seven in every drawing."""
    with faulty_api() as faulty:
        faulty.answer("recognize", Reply(reading(("7", "recognized"))))
        figures = {"mnist_test": {"accuracy": 0.9967}}
        model = {"version": "0a1b2c3d", "weights": 238_811, "figures": figures}
        faulty.answer(
            "models", Reply({"models": [{"name": name, **model} for name in ("cnn", "perceptron")]})
        )
        faulty.answer("feedback", Reply({"id": "1", "receipt": "a-secret"}, 201))
        yield faulty
