"""The review's page, in a real browser over the real server and a real store."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from bench.patience import expect
from bench.reviewed import (
    ACCEPTED,
    REJECTED,
    WAITING,
    id_of,
    lying,
    review_of,
    send_alike,
    send_claims,
)
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from export.review.addresses import Addresses
from export.review.server import serving
from tests.browser.conftest import EXPECTED_IN_TROUBLE, PATIENCE_MS
from tests.browser.test_look import CONTRASTS, LEAST_CONTRAST, LEAST_TARGET_PX
from tests.review.page_process import review_process

MANY = 5000
MOST_MS = 100  # from a key to the next frame
# The time from each key until the page is laid out again.
KEYS_MS = """async () => {
  const taken = [];
  for (const key of [..."→→→↓↓↓", "PageDown", "End", "Home"]) {
    const name = { "→": "ArrowRight", "↓": "ArrowDown" }[key] ?? key;
    const start = performance.now();
    document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    document.body.offsetHeight;
    taken.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return taken;
}"""
OpenReview = Callable[..., Page]


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


def said(page: Page, text: str) -> None:
    expect(page.locator("#message")).to_contain_text(text)


def counted(page: Page, waiting: int, accepted: int, rejected: int) -> None:
    for name, count in (
        ("quarantine", waiting),
        ("accepted", accepted),
        ("rejected", rejected),
    ):
        expect(page.locator(f"#{name} b")).to_have_text(str(count))


def current(page: Page) -> str:
    """Return what the drawing that is looked at is claimed to be."""
    return page.locator("#drawings [aria-current=true] b").inner_text()


def test_keys_accept_relabel_reject_and_undo(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2", "3", "4")
    page = open_review()
    claims = []
    for key, done in (
        ("a", "Accepted 1 drawing."),
        ("8", "Accepted 1 drawing as 8."),
        ("n", "Accepted 1 drawing as not a digit."),
        ("r", "Rejected 1 drawing."),
    ):
        claims.append(current(page))
        page.keyboard.press(key)
        said(page, done)
    expect(page.locator("#empty")).to_have_text("Nothing is waiting. Well done.")
    counted(page, 0, 3, 1)
    found = sorted(lying(store).values(), key=str)
    assert found == sorted(
        [(ACCEPTED, claims[0]), (ACCEPTED, "8"), (ACCEPTED, None), (REJECTED, claims[3])], key=str
    )
    for left in (1, 2, 3, 4):
        page.keyboard.press("u")
        counted(page, left, *((3, 0), (2, 0), (1, 0), (0, 0))[left - 1])
    assert {status for status, _ in lying(store).values()} == {WAITING}
    assert current(page) == claims[0], "what came back is looked at"
    expect(page.locator("#undo")).to_be_disabled()


def test_buttons_do_what_keys_do(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2")
    page = open_review()
    claimed = current(page)
    page.get_by_role("button", name=f"Accept as {claimed}").click()
    said(page, "Accepted 1 drawing.")
    page.get_by_role("group", name="another digit").get_by_role("button", name="7").click()
    said(page, "Accepted 1 drawing as 7.")
    page.get_by_role("button", name="Undo").click()
    said(page, "Taken back.")
    counted(page, 1, 1, 0)


def test_a_whole_cluster_is_decided_at_once(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "2", "3")
    alike = {id_of(receipt) for receipt in send_alike(store, 5, claim="1")}
    page = open_review()
    assert current(page) == "1"
    page.keyboard.press("c")
    expect(page.locator("#chosen")).to_have_text("5 selected")
    page.keyboard.press("7")
    said(page, "Accepted 5 drawings as 7.")
    assert {id_ for id_, (status, _) in lying(store).items() if status is ACCEPTED} == alike
    page.keyboard.press("u")
    counted(page, 7, 0, 0)


def test_what_is_undone_is_what_the_next_decision_is_about(
    store: Store, open_review: OpenReview
) -> None:
    send_claims(store, "2")
    send_alike(store, 3, claim="1")
    page = open_review()
    page.keyboard.press("End")
    first = current(page)
    page.keyboard.press("a")
    said(page, "Accepted 1 drawing.")
    page.keyboard.press("Home")
    page.keyboard.press("c")
    expect(page.locator("#accept")).to_have_text("Accept 3 as 1")
    page.keyboard.press("u")
    said(page, "Taken back.")
    assert current(page) == first
    expect(page.locator("#drawings [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("r")
    said(page, "Rejected 1 drawing.")
    counted(page, 3, 0, 1)


def test_what_was_accepted_as_another_digit_leads_with_that(
    store: Store, open_review: OpenReview
) -> None:
    send_claims(store, "1")
    page = open_review()
    page.keyboard.press("7")
    said(page, "Accepted 1 drawing as 7.")
    page.locator("#accepted").click()
    expect(page.locator("#claim")).to_have_text("Taken for: 7The sender says: 1")
    assert current(page) == "7"
    card = page.locator("#drawings [aria-current=true]")
    expect(card).to_have_attribute("aria-label", re.compile("^Taken for 7. Claimed 1; "))


def test_drawings_are_selected_with_the_keyboard(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2", "3", "4")
    page = open_review()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.locator("#drawings [aria-selected=true]")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("#drawings [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("r")
    said(page, "Rejected")
    assert {status for status, _ in lying(store).values()} <= {WAITING, REJECTED}


def test_the_rules_ask_first_and_are_one_step(store: Store, open_review: OpenReview) -> None:
    send_alike(store, 1, claim="7")
    send_claims(store, "1")
    page = open_review()
    page.locator("#rules").click()
    expect(page.locator("#ask")).to_contain_text("Accept 1 Every model says what the sender says")
    expect(page.locator("#ask")).to_contain_text("1 drawing stays for you.")
    page.get_by_role("button", name="Cancel").click()
    counted(page, 2, 0, 0)
    page.locator("#rules").click()
    page.get_by_role("button", name="Apply", exact=True).click()
    said(page, "The rules decided 1 drawing.")
    counted(page, 1, 1, 0)
    page.locator("#undo").click()
    counted(page, 2, 0, 0)


def test_what_was_withdrawn_meanwhile_is_told(store: Store, open_review: OpenReview) -> None:
    receipts = send_alike(store, 3, claim="1")
    page = open_review()
    FeedbackBook(store).withdraw(receipts[1])
    page.keyboard.press("c")
    page.keyboard.press("r")
    said(page, "Rejected 2 drawings. 1 drawing withdrawn or decided by somebody else meanwhile.")
    counted(page, 0, 0, 2)
    assert id_of(receipts[1]) not in lying(store)


def test_when_the_server_has_gone_nothing_is_lost_and_it_is_said(
    tmp_path: Path, store: Store, open_review: OpenReview
) -> None:
    send_claims(store, "1", "2")
    with review_process(tmp_path / "store") as (url, process):
        page = open_review(url=url, trouble=True)
        page.keyboard.press("a")
        said(page, "Accepted 1 drawing.")
        process.kill()
        process.wait()
        claimed = current(page)
        page.keyboard.press("a")
        said(page, "The review cannot be reached")
    assert current(page) == claimed, "it is back on the sheet"
    assert sorted(status for status, _ in lying(store).values()) == [ACCEPTED, WAITING]
    page.get_by_role("button", name="Try again").click()
    said(page, "The review cannot be reached")
    assert current(page) == claimed


def test_another_start_of_the_server_is_not_mistaken_for_this_one(
    tmp_path: Path, store: Store, open_review: OpenReview
) -> None:
    send_claims(store, "1")
    with review_process(tmp_path / "store") as (url, _):
        page = open_review(url=url, trouble=True)
    port = url.split(":")[2].split("/")[0]
    with review_process(tmp_path / "store", "--port", port):
        page.keyboard.press("a")
        said(page, "This review has ended.")
    assert set(lying(store).values()) == {(WAITING, "1")}


def test_filters_show_a_claim_or_a_reason(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2", "2")
    send_alike(store, 1, claim="7")
    page = open_review()
    page.get_by_label("Claimed", exact=True).select_option("2")
    expect(page.locator("#drawings li")).to_have_count(2)
    page.get_by_label("Why", exact=True).select_option("models_agree")
    expect(page.locator("#empty")).to_have_text("No drawing fits both filters.")
    page.get_by_label("Claimed", exact=True).select_option("")
    expect(page.locator("#drawings li")).to_have_count(1)


def test_what_is_decided_can_be_seen_and_put_back(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2")
    page = open_review()
    page.keyboard.press("r")
    counted(page, 1, 0, 1)
    page.locator("#rejected").click()
    expect(page.locator("#facts")).to_contain_text("Rejected by ann")
    page.keyboard.press("b")
    said(page, "1 drawing waits again.")
    counted(page, 2, 0, 0)


def test_one_drawing_shows_what_every_model_says(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1")
    page = open_review()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_hidden()
    expect(page.locator("#models h2")).to_have_count(2)
    expect(page.locator("#models li")).to_have_count(6)
    expect(page.locator("#reason")).to_have_text("A model says something else than the sender.")
    natural = "(image) => image.decode().then(() => image.naturalWidth)"
    assert page.locator("#picture").evaluate(natural) == 28
    assert page.locator("#drawing").evaluate(natural) > 0
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_visible()


def test_thousands_that_wait_do_not_slow_the_keys(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1")

    def multiply(route: Any) -> None:
        answer = route.fetch()
        content = answer.json()
        (item,) = content["items"]
        content["items"] = [item | {"id": f"{item['id']}#{i}", "rank": i} for i in range(MANY)]
        route.fulfill(response=answer, json=content)

    page = open_review()
    page.route("**/items*", multiply)
    page.reload()
    expect(page.locator("#shown")).to_have_text("5,000 drawings")
    taken = page.evaluate(KEYS_MS)
    assert median(taken) < MOST_MS  # the machine may be busy with something else for a moment
    assert page.locator("#drawings li").count() <= 60


@pytest.mark.parametrize("width", [320, 390, 719, 720, 768, 959, 960, 1440])
def test_nothing_is_wider_than_the_screen(
    store: Store, open_review: OpenReview, width: int
) -> None:
    send_alike(store, 12, claim="1")
    page = open_review(viewport={"width": width, "height": 800})
    for key in ("c", "Escape", "Enter"):
        page.keyboard.press(key)
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [320, 1440])
def test_every_button_is_large_enough_and_has_a_name(
    store: Store, open_review: OpenReview, width: int
) -> None:
    send_alike(store, 3, claim="1")
    page = open_review(viewport={"width": width, "height": 700})
    if width == 320:
        page.get_by_role("button", name="Digit…").click()
    controls = [*page.get_by_role("button").all(), *page.get_by_role("combobox").all()]
    assert len(controls) >= 20
    for control in controls:
        box = control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= LEAST_TARGET_PX, control
    names = page.evaluate(
        "[...document.querySelectorAll('button, [role=option]')]"
        ".filter((e) => e.checkVisibility()).map((e) => (e.ariaLabel ?? e.textContent).trim())"
    )
    assert all(names)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_in_both_themes(
    store: Store, open_review: OpenReview, scheme: str
) -> None:
    send_alike(store, 3, claim="1")
    page = open_review(color_scheme=scheme)
    page.keyboard.press("Shift+ArrowRight")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 30
    assert [each for each in contrasts if each[1] < LEAST_CONTRAST] == []


def test_the_focus_follows_and_is_seen(store: Store, open_review: OpenReview) -> None:
    send_claims(store, "1", "2")
    page = open_review()
    page.keyboard.press("ArrowRight")
    focused = page.locator("#drawings li:focus")
    expect(focused).to_have_attribute("aria-current", "true")
    assert focused.evaluate("(card) => getComputedStyle(card).outlineStyle") == "solid"
    page.keyboard.press("r")
    expect(page.locator("#drawings li:focus")).to_have_count(1)
