"""The page's clock, in the hands of a test: what the page waits for comes when the test says so."""

from playwright.sync_api import Page

from bench.pens import SEVEN, draw

# A little longer than the page's own times.
ASKS_AFTER_MS = 300
SLOW_AFTER_MS = 1100
RETRIES_AFTER_MS = 2100
A_WHILE_MS = 60_000


def draw_and_wait(page: Page) -> None:
    """Draw, and let the time pass after which the page asks; from then on its clock stands."""
    page.clock.install()
    draw(page, SEVEN)
    page.clock.run_for(ASKS_AFTER_MS)


def run_clock(page: Page) -> None:
    """Let the page's clock go on by itself, and leap where a test says so."""
    page.clock.install()
    page.clock.resume()
