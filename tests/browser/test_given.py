"""What follows feedback on the page: Undo, over a reload too, and where the keyboard goes."""

from pathlib import Path

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect, shown
from bench.pens import LINE, SEVEN, draw, ink
from tests.browser.conftest import OpenPage
from tests.browser.feedback_steps import give, press, records, said
from tests.browser.page_clock import ASKS_AFTER_MS


def test_undo_is_offered_for_ten_seconds_also_under_the_next_drawing(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    page.clock.install()
    draw(page, SEVEN)
    page.clock.run_for(300)
    press(page, "Yes")
    press(page, "Keep")
    expect(page.locator("#thanks button")).to_have_text("Undo")
    draw(page, [[[0, 0], [50, 0]]])
    page.clock.run_for(7000)  # time passes besides
    expect(page.locator("#thanks button")).to_have_text("Undo")
    page.clock.run_for(3500)
    expect(page.locator("#thanks button")).to_have_count(0)
    said(page, "Thank you.")


def test_a_reload_within_the_ten_seconds_still_offers_undo(
    real_api: str, api_folder: Path, open_page: OpenPage
) -> None:
    page = open_page(real_api)
    draw(page, SEVEN)
    give(page)
    page.reload()
    expect(page.locator("#answer")).to_have_text("7")
    expect(page.locator("#question button")).to_have_count(0)
    page.get_by_role("button", name="Undo feedback").click()
    said(page, "Taken back")
    assert records(api_folder) == []
    page.reload()
    expect(page.locator("#question")).to_contain_text("Was that right?")
    expect(page.locator("#thanks")).to_have_text("")


def test_a_reload_does_not_begin_the_ten_seconds_anew(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    page.clock.install()
    draw(page, SEVEN)
    page.clock.run_for(ASKS_AFTER_MS)
    give(page)
    page.clock.run_for(5000)  # time passes besides
    page.reload()
    expect(page.locator("#thanks button")).to_have_count(1)
    page.clock.run_for(5500)
    expect(page.locator("#thanks button")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('inkling.undo')") is None


def test_a_drawing_is_not_asked_about_twice_unless_it_changes(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    give(page)
    for act, buttons in (
        (page.reload, 0),
        (lambda: draw(page, LINE), 2),
        (lambda: press(page, "Undo"), 0),
    ):
        act()
        expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
        expect(page.locator("#question button")).to_have_count(buttons)
    api.answer("recognize", Reply(reading(("4", "recognized"))))
    press(page, "Read")
    expect(page.locator("#answer")).to_have_text("4")
    expect(page.locator("#question button")).to_have_count(0)


def test_a_drawing_that_was_refused_can_be_given_again(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("feedback", Reply({"detail": "Not now."}, 422))
    page = open_page(api.url, trouble=True)
    draw(page, SEVEN)
    for name in ("Yes", "Keep"):
        press(page, name)
    said(page, "Not now.")
    press(page, "Read")
    expect(page.locator("#question")).to_contain_text("Was that right?")


def test_the_keyboard_answers_and_finds_the_way_back_next(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    page.get_by_role("button", name="No", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="zero")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    said(page, "Thank you.")
    expect(page.locator("#feedback")).to_be_focused()
    before = ink(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo feedback", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_id("undo")
    api.answer("feedback", Reply(status=204))
    page.keyboard.press("Enter")
    said(page, "Taken back")
    assert ink(page) == before


def test_a_hand_that_declined_finds_the_way_back_next(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    shown(page.get_by_role("button", name="Yes", exact=True)).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    said(page, "Thank you.")
    expect(page.locator("#feedback")).to_be_focused()


def test_the_focus_is_handed_on_when_what_had_it_goes_away(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    give(page)
    api.answer("feedback", Reply(status=204))
    page.locator("#thanks button").focus()
    page.keyboard.press("Enter")
    said(page, "Taken back")
    expect(page.locator("#feedback")).to_be_focused()
    page.locator("#clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#clear")).to_be_disabled()
    expect(page.locator("#paper")).to_be_focused()
