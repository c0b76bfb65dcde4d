"""Feedback that the API did not acknowledge: sent later, in other tabs too, and counted once."""

import pytest
from playwright.sync_api import Page

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect, shown
from bench.pens import SEVEN, draw
from tests.browser.conftest import OpenPage
from tests.browser.page_clock import RETRIES_AFTER_MS, run_clock

LOST = Reply({"id": "1", "receipt": "a-secret"}, 201, hangs_up=True)
KEPT = Reply({"id": "1", "receipt": "a-secret"}, 201)


def say_yes(page: Page) -> None:
    draw(page, SEVEN)
    run_clock(page)
    for name in ("Yes", "Keep"):
        shown(page.get_by_role("button", name=name, exact=True)).click()


def let_it_try_again(page: Page) -> None:
    """Let time leap; it goes on, for the page counts from a moment after it has said so."""
    page.clock.fast_forward(RETRIES_AFTER_MS)


def said(page: Page, words: str) -> None:
    expect(page.locator("#thanks")).to_contain_text(words)


def test_it_is_sent_again_by_itself_and_outlives_the_next_answer(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("feedback", LOST, KEPT)
    page = open_page(api.url, trouble=True)
    say_yes(page)
    said(page, "That could not be kept. I keep trying.")
    api.answer("recognize", Reply(reading(("4", "recognized"))))
    draw(page, [[[0, 0], [50, 0]]])
    expect(page.locator("#answer")).to_have_text("4")
    let_it_try_again(page)
    said(page, "Thank you.")
    first, second = api.asked("feedback")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body


def test_it_outlives_a_reload(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("feedback", LOST)
    page = open_page(api.url, trouble=True)
    say_yes(page)
    said(page, "I keep trying.")
    api.answer("feedback", KEPT)
    page.reload()
    said(page, "Thank you.")
    assert len({each.headers["Idempotency-Key"] for each in api.asked("feedback")}) == 1


def test_what_another_tab_has_sent_is_not_sent_again(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("feedback", LOST)
    page = open_page(api.url, trouble=True)
    say_yes(page)
    said(page, "I keep trying.")
    api.answer("feedback", KEPT)
    other = page.context.new_page()
    other.goto(page.url)
    said(other, "Thank you.")
    sent = len(api.asked("feedback"))
    page.get_by_role("button", name="Try again").click()
    said(page, "Thank you.")
    assert len(api.asked("feedback")) == sent


def test_a_refusal_is_told_in_the_apis_words_and_not_repeated(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("feedback", Reply({"detail": "Too old."}, 422))
    page = open_page(api.url, trouble=True)
    say_yes(page)
    said(page, "That could not be kept. Too old.")
    page.reload()
    page.wait_for_timeout(300)
    assert len(api.asked("feedback")) == 1


@pytest.mark.parametrize("reply", [Reply({"detail": "No drawing."}, 422), KEPT])
def test_what_the_page_never_wrote_is_sent_once_and_does_no_harm(
    api: FaultyApi, open_page: OpenPage, reply: Reply
) -> None:
    api.answer("feedback", reply)
    page = open_page(api.url, trouble=True)
    page.evaluate("localStorage.setItem('inkling.deed.x', '{\"body\": {}}')")
    page.reload()
    said(page, "Thank you." if reply is KEPT else "That could not be kept. No drawing.")
    draw(page, SEVEN)
    shown(page.get_by_role("button", name="Yes", exact=True))
    assert len(api.asked("feedback")) == 1


def test_taking_back_what_is_gone_already_has_taken_it_back(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("feedback", KEPT, Reply(status=204, hangs_up=True), Reply({"detail": "None."}, 404))
    page = open_page(api.url, trouble=True)
    say_yes(page)
    page.locator("#thanks button").click()
    said(page, "That could not be taken back. I keep trying.")
    let_it_try_again(page)
    said(page, "Taken back")


def test_an_answer_without_a_receipt_is_no_receipt(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("feedback", Reply({"id": "1"}, 201), KEPT)
    page = open_page(api.url)
    say_yes(page)
    said(page, "I keep trying.")
    let_it_try_again(page)
    said(page, "Thank you.")


def test_what_is_taken_back_by_somebody_else_than_the_api_is_not_taken_back(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("feedback", KEPT, Reply({"portal": "Log in"}), Reply(status=204))
    page = open_page(api.url)
    say_yes(page)
    page.locator("#thanks button").click()
    said(page, "That could not be taken back. I keep trying.")
    let_it_try_again(page)
    said(page, "Taken back")
    assert [each.method for each in api.asked("feedback")] == ["POST", "DELETE", "DELETE"]
