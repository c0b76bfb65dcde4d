"""An API that is down, slow, refusing, broken, or talking nonsense: the drawing stays safe."""

from contextlib import closing
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect
from bench.pens import SEVEN, draw, ink
from tests.browser.conftest import OpenPage
from tests.browser.page_clock import (
    A_WHILE_MS,
    ASKS_AFTER_MS,
    RETRIES_AFTER_MS,
    SLOW_AFTER_MS,
    draw_and_wait,
)
from tools.serve_page import serving


def in_trouble(page: Page, words: str, *, again: bool = True) -> None:
    expect(page.locator("#reading")).to_have_attribute("data-state", "trouble")
    expect(page.locator("#sentence")).to_contain_text(words)
    expect(page.get_by_role("button", name="Try again")).to_have_count(int(again))
    expect(page.locator("#answer")).to_be_hidden()
    assert ink(page) > 0, "the drawing is still there"


def test_an_api_that_is_down_is_asked_again_until_it_is_back(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url, trouble=True)
    api.stop()
    draw_and_wait(page)
    in_trouble(page, "cannot be reached")
    api.start()
    page.clock.run_for(RETRIES_AFTER_MS)
    expect(page.locator("#answer")).to_have_text("7")


def test_the_button_asks_again_at_once(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, trouble=True)
    api.stop()
    draw_and_wait(page)
    in_trouble(page, "cannot be reached")
    api.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#answer")).to_have_text("7")


def test_offline_is_asked_again_when_the_network_returns(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url, trouble=True)
    page.context.set_offline(True)
    draw_and_wait(page)
    in_trouble(page, "cannot be reached")
    page.context.set_offline(False)
    expect(page.locator("#answer")).to_have_text("7")


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"code": "internal_error", "detail": "secret"}, 500),
        Reply(b"<h1>Bad gateway</h1>", 502),
        Reply({"code": "storage_unavailable"}, 503, (("Retry-After", "2"),)),
        Reply({"message": "Too Many Requests"}, 429),
    ],
    ids=["500", "502", "503", "429"],
)
def test_a_broken_api_is_asked_again(api: FaultyApi, open_page: OpenPage, reply: Reply) -> None:
    api.answer("recognize", reply, Reply(reading(("7", "recognized"))))
    page = open_page(api.url, trouble=True)
    draw_and_wait(page)
    in_trouble(page, "has a problem")
    page.clock.run_for(RETRIES_AFTER_MS)
    expect(page.locator("#answer")).to_have_text("7")


def test_a_connection_that_breaks_is_trouble(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(hangs_up=True))
    page = open_page(api.url, trouble=True)
    draw(page, SEVEN)
    in_trouble(page, "cannot be reached")


def test_a_refusal_is_given_in_the_apis_words_and_not_repeated(
    api: FaultyApi, open_page: OpenPage
) -> None:
    detail = "The drawing holds 40 digits; at most 32 are read."
    api.answer("recognize", Reply({"code": "too_many_digits", "detail": detail}, 422))
    page = open_page(api.url, trouble=True)
    draw_and_wait(page)
    in_trouble(page, detail, again=False)
    page.clock.run_for(A_WHILE_MS)
    page.wait_for_timeout(100)
    assert len(api.asked("recognize")) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"<h1>Hello</h1>", b"null", b"[]", b"42", b"{}"])
def test_nonsense_is_trouble_and_no_crash(api: FaultyApi, open_page: OpenPage, body: bytes) -> None:
    api.answer("recognize", Reply(body))
    page = open_page(api.url)
    draw(page, SEVEN)
    in_trouble(page, "makes no sense")
    api.answer("recognize", Reply(reading(("7", "recognized"))))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#answer")).to_have_text("7")


def test_a_slow_first_answer_says_so_once(api: FaultyApi, open_page: OpenPage) -> None:
    awake = Event()
    api.answer(
        "recognize",
        Reply(reading(("7", "recognized")), until=awake),
        Reply(reading(("4", "recognized")), until=(second := Event())),
    )
    page = open_page(api.url)
    draw_and_wait(page)
    page.clock.run_for(SLOW_AFTER_MS)
    expect(page.locator("#sentence")).to_contain_text("Waking up")
    awake.set()
    expect(page.locator("#answer")).to_have_text("7")
    page.get_by_role("button", name="Read").click()
    page.clock.run_for(SLOW_AFTER_MS)
    expect(page.locator("#sentence")).to_have_text("That is a seven.")
    second.set()
    expect(page.locator("#answer")).to_have_text("4")


def test_drawing_goes_on_while_the_api_is_slow(api: FaultyApi, open_page: OpenPage) -> None:
    never = Event()
    api.answer("recognize", Reply(until=never), Reply(reading(("4", "recognized"))))
    page = open_page(api.url)
    draw_and_wait(page)
    page.clock.run_for(SLOW_AFTER_MS)
    expect(page.locator("#sentence")).to_contain_text("Waking up")
    before = ink(page)
    draw(page, [[[0, 0], [100, 0]]], middle=(0.5, 0.9))
    assert ink(page) > before
    page.clock.run_for(ASKS_AFTER_MS)
    expect(page.locator("#answer")).to_have_text("4")
    never.set()


def test_within_ten_seconds_it_is_given_up(api: FaultyApi, open_page: OpenPage) -> None:
    never = Event()
    api.answer("recognize", Reply(until=never))
    page = open_page(api.url, trouble=True)
    draw_and_wait(page)
    expect(page.locator("#reading")).to_have_attribute("data-state", "blank")
    page.clock.run_for(8500)
    expect(page.locator("#sentence")).to_contain_text("Waking up")
    page.clock.run_for(1000)
    in_trouble(page, "takes too long")
    never.set()


def test_trouble_takes_the_place_of_the_last_answer_and_its_question(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("recognize", Reply(reading(("7", "recognized"))), Reply(status=500))
    page = open_page(api.url, trouble=True)
    draw(page, SEVEN)
    expect(page.locator("#question button")).to_have_count(2)
    page.get_by_role("button", name="Read").click()
    in_trouble(page, "has a problem")
    expect(page.locator("#question button")).to_have_count(0)
    expect(page.locator("#bars")).to_be_hidden()


def test_a_new_stroke_ends_the_retries_of_the_old_drawing(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("recognize", Reply(status=500), Reply(reading(("7", "recognized"))))
    page = open_page(api.url, trouble=True)
    draw_and_wait(page)
    in_trouble(page, "has a problem")
    draw(page, [[[0, 0], [100, 0]]])
    page.clock.run_for(ASKS_AFTER_MS)
    expect(page.locator("#answer")).to_have_text("7")
    page.clock.run_for(A_WHILE_MS)
    page.wait_for_timeout(100)
    assert [len(each.body["strokes"]) for each in api.asked("recognize")] == [1, 2]


def test_the_page_stands_without_the_figures_of_the_models(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("models", Reply(status=500))
    page = open_page(api.url, trouble=True)
    expect(page.locator("#absent")).to_be_visible()
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")


@pytest.mark.parametrize("seconds", ["99999999", "1e300"])
def test_a_wait_longer_than_any_timer_is_not_taken_for_none(
    api: FaultyApi, open_page: OpenPage, seconds: str
) -> None:
    api.answer("recognize", Reply(status=503, headers=(("Retry-After", seconds),)))
    page = open_page(api.url, trouble=True)
    draw_and_wait(page)
    in_trouble(page, "has a problem")
    page.clock.run_for(A_WHILE_MS)
    page.wait_for_timeout(100)
    assert len(api.asked("recognize")) == 1


@pytest.mark.parametrize(
    "models",
    [
        None,
        [],
        [{"name": "cnn"}],
        [{"name": "cnn", "version": "1", "weights": None, "figures": {}}],
        [{"name": "cnn", "version": "1", "weights": 7, "figures": {"gold": {"accuracy": "a"}}}],
    ],
)
def test_figures_that_make_no_sense_are_left_out_until_they_do(
    api: FaultyApi, open_page: OpenPage, models: object
) -> None:
    (healthy,) = api.replies["models"]
    api.answer("models", Reply({"models": models}), healthy)
    page = open_page(api.url)
    expect(page.locator("#absent")).to_be_visible()
    draw(page, SEVEN)
    expect(page.locator("#figures tr")).to_have_count(3)
    expect(page.locator("#absent")).to_be_hidden()


@pytest.mark.parametrize("name", ["config.js", "pen.js"])
def test_a_page_without_one_of_its_files_says_that_it_could_not_start(
    api: FaultyApi, browser: Browser, name: str
) -> None:
    with serving(api.url) as address, closing(browser.new_context()) as context:
        page = context.new_page()
        page.route(f"**/{name}", lambda route: route.fulfill(status=404))
        page.goto(address)
        expect(page.locator("#stuck")).to_be_hidden()
        page.evaluate("document.getAnimations().forEach((each) => each.finish())")  # 5 s
        expect(page.get_by_role("alert")).to_contain_text("could not start")
        page.unroute(f"**/{name}")
        page.reload()
        page.locator("#reading[data-state]").wait_for()
        expect(page.locator("#stuck")).to_have_count(0)
