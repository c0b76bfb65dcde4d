"""What the tests of the review's page do with it."""

from collections.abc import Callable

from playwright.sync_api import Page

from bench.patience import expect

OpenReview = Callable[..., Page]


def said(page: Page, text: str) -> None:
    """Expect a message."""
    expect(page.locator("#message")).to_contain_text(text)


def counted(page: Page, waiting: int, accepted: int, rejected: int) -> None:
    """Expect so many in each folder."""
    for name, count in (
        ("quarantine", waiting),
        ("accepted", accepted),
        ("rejected", rejected),
    ):
        expect(page.locator(f"#{name} b")).to_have_text(str(count))


def current(page: Page) -> str:
    """Return what the drawing that is looked at is claimed to be."""
    return page.locator("#drawings [aria-current=true] b").inner_text()
