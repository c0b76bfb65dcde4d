"""Every state of the page on which feedback is reviewed."""

from playwright.sync_api import Page

from bench.campaigns.accessibility.states import State
from bench.faulty_api import FaultyApi
from bench.reviewed import send_alike, send_claims
from chalicelib.stores.store import Store


def fill(store: Store) -> None:
    """Leave feedback to review: some that is alike, some that is no digit."""
    send_claims(store, "1", "2", "3", "4", None)
    send_alike(store, 4, "7")


def sheet(page: Page, _: FaultyApi) -> None:
    """Show all drawings."""


def selected(page: Page, _: FaultyApi) -> None:
    """Select a whole cluster."""
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")


def alone(page: Page, _: FaultyApi) -> None:
    """Look at one drawing."""
    page.keyboard.press("Enter")
    page.locator("#drawing").wait_for()


def keys(page: Page, _: FaultyApi) -> None:
    """Show what the keys do."""
    page.locator("#help").click()


def rules(page: Page, _: FaultyApi) -> None:
    """Ask before the rules decide."""
    page.locator("#rules").click()


def other_status(page: Page, _: FaultyApi) -> None:
    """Show what is accepted: nothing yet."""
    page.locator("#accepted").click()
    page.locator("#empty").wait_for()


def filtered(page: Page, _: FaultyApi) -> None:
    """Show drawings of one claim."""
    page.locator("#claimed").select_option("7")


def skipped(page: Page, _: FaultyApi) -> None:
    """Say what was done."""
    page.keyboard.press("s")
    page.get_by_text("Skipped").wait_for()


def offline(page: Page, _: FaultyApi) -> None:
    """Do not reach the review."""
    page.context.set_offline(True)
    page.locator("#refresh").click()
    page.locator("body.trouble").wait_for()


def more_labels(page: Page, _: FaultyApi) -> None:
    """Open the other digits, which a narrow page hides."""
    page.evaluate("document.body.classList.add('labels')")


STATES: tuple[State, ...] = (
    *(sheet, selected, alone, keys, rules, other_status, filtered, skipped, offline, more_labels),
)
