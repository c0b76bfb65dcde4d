"""A store and the review's page over it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from bench.patience import expect
from bench.reviewed import review_of
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from export.review.addresses import Addresses
from export.review.server import serving
from tests.browser.conftest import EXPECTED_IN_TROUBLE, PATIENCE_MS
from tests.browser.review.pages import OpenReview


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Open an empty store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def open_review(browser: Browser, store: Store) -> Iterator[OpenReview]:
    """Return a function that opens the page on the store; nothing may come up on the console."""
    noted: list[str] = []
    with ExitStack() as stack:

        def open_(*, url: str = "", trouble: bool = False, **options: Any) -> Page:
            def note(message: ConsoleMessage) -> None:
                expected = trouble and any(part in message.text for part in EXPECTED_IN_TROUBLE)
                if message.type in ("error", "warning") and not expected:
                    noted.append(message.text)

            if not url:
                url = stack.enter_context(serving(Addresses(review_of(store), "feedback")))
            context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}} | options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("console", note)
            page.on("pageerror", lambda error: noted.append(str(error)))
            page.goto(url)
            expect(page.locator("#message")).to_have_text("")
            return page

        yield open_
    assert noted == []
