"""How the page fits small and large screens, themes, budgets, hosts and its policy."""

import gzip
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect, shown
from bench.pens import SEVEN, draw
from tests.browser.conftest import OpenPage
from tools.serve_page import FRONTEND, serving

MAX_BYTES = 40_000
LEAST_TARGET_PX = 44
LEAST_CONTRAST = 4.5
LEAST_MARGIN_PX = 3
SIDEWAYS = [(w, h) for h in (320, 375, 480) for w in (480, 520, 539, 540, 560, 568, 580, 600, 667)]
# Between the word on a button and the button's border, where it is least.
WORDS_MARGIN_PX = """() => Math.min(
  ...[...document.querySelectorAll("#tools button")].map((button) => {
    const word = document.createRange();
    word.selectNodeContents(button);
    return (button.clientWidth - word.getBoundingClientRect().width) / 2;
  }))"""

# The contrast of each element's own text with the nearest background (WCAG 2.2, 1.4.3).
CONTRASTS = """() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data;
  };
  const channel = (value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return rgb(colour)[3] || !element.parentElement ? rgb(colour) : behind(element.parentElement);
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !element.matches(":disabled"))
    .filter(({ childNodes }) => [...childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((element) => {
      const pair = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
      return [element.textContent, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
    });
}"""


def test_all_of_the_page_is_under_40_kb_as_sent(open_page: OpenPage) -> None:
    page = open_page("http://127.0.0.1:9", trouble=True)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((each) => new URL(each.name))"
        ".filter((url) => url.origin === origin).map((url) => url.pathname.slice(1))"
    )
    assert {"main.js", "styles.css", "words.js"} <= set(loaded)
    assert set(loaded) <= {path.name for path in FRONTEND.iterdir()}
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in FRONTEND.iterdir()) <= MAX_BYTES


def test_nothing_is_asked_of_anybody_else(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    ours = (page.url, api.url, "data:")
    assert [url for url in asked if not url.startswith(ours)] == []


def test_the_page_works_at_a_sub_path(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, prefix="/some/where/")
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")


def test_the_answer_is_seen_without_scrolling_at_320_by_568(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url, viewport={"width": 320, "height": 568})
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    for place in ("#answer", "#sentence"):
        box = page.locator(place).bounding_box()
        assert box
        assert box["y"] + box["height"] <= 568
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("width", [320, 390, 719, 720, 768, 1440])
def test_nothing_is_wider_than_the_screen(api: FaultyApi, open_page: OpenPage, width: int) -> None:
    digits = [("4", "recognized"), ("2", "unsure"), ("7", "not_a_digit")] * 4
    api.answer("recognize", Reply(reading(*digits)))
    page = open_page(api.url, viewport={"width": width, "height": 800})
    draw(page, SEVEN)
    expect(page.locator("#answer button")).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("state", ["empty", "answered", "several", "labels"])
def test_a_small_phone_held_sideways_needs_no_scrolling_sideways(
    api: FaultyApi, open_page: OpenPage, state: str
) -> None:
    digits = [("4", "unsure"), ("2", "not_a_digit"), ("7", "recognized")]
    api.answer("recognize", Reply(reading(*(digits if state == "several" else digits[-1:]))))
    page = open_page(api.url)
    if state != "empty":
        draw(page, SEVEN)
        expect(page.locator("#models tr")).to_have_count(2)
    if state == "labels":
        page.get_by_role("button", name="No", exact=True).click()
    for width, height in SIDEWAYS:
        page.set_viewport_size({"width": width, "height": height})
        size = f"{width} x {height}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, size
        assert page.evaluate(WORDS_MARGIN_PX) >= LEAST_MARGIN_PX, size


@pytest.mark.parametrize("state", ["sure", "labels"])
def test_every_button_is_large_enough_for_a_finger(
    api: FaultyApi, open_page: OpenPage, state: str
) -> None:
    page = open_page(api.url, viewport={"width": 320, "height": 568})
    draw(page, SEVEN)
    expect(page.locator("#question button")).to_have_count(2)
    if state == "labels":
        page.get_by_role("button", name="No", exact=True).click()
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box, "only what can be seen has a role"
        assert min(box["width"], box["height"]) >= LEAST_TARGET_PX, button


def test_an_answer_moves_nothing_else(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    before = page.locator("#how").bounding_box()
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    assert page.locator("#how").bounding_box() == before
    page.keyboard.press("Escape")
    expect(page.locator("#reading")).to_have_attribute("data-state", "blank")
    assert page.locator("#how").bounding_box() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("status", ["recognized", "unsure", "not_a_digit"])
def test_all_text_stands_out_in_both_themes(
    api: FaultyApi, open_page: OpenPage, scheme: str, status: str
) -> None:
    api.answer("recognize", Reply(reading(("3", status))))
    page = open_page(api.url, color_scheme=scheme)
    draw(page, SEVEN)
    expect(page.locator("#question button").first).to_be_visible()
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [each for each in contrasts if each[1] < LEAST_CONTRAST] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dimmed_answer_can_still_be_read(
    api: FaultyApi, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(api.url, color_scheme=scheme)
    draw(page, SEVEN)
    expect(page.locator("#question button").first).to_be_visible()
    page.mouse.down()
    expect(page.locator("#reading")).to_have_attribute("data-state", "old")
    dimmed = page.evaluate(
        "[...document.querySelectorAll('#reading, #reading :not(#picture)')]"
        ".filter((each) => getComputedStyle(each).opacity !== '1').length"
    )
    assert dimmed == 0, "what is see-through has less contrast than its colours"
    assert [each for each in page.evaluate(CONTRASTS) if each[1] < LEAST_CONTRAST] == []
    page.mouse.up()


def test_the_theme_changes_the_look_and_not_what_is_sent(
    api: FaultyApi, open_page: OpenPage
) -> None:
    sent = []
    papers = []
    for scheme in ("light", "dark"):
        page = open_page(api.url, color_scheme=scheme)
        draw(page, SEVEN)
        expect(page.locator("#answer")).to_have_text("7")
        strokes = api.asked("recognize")[-1].body["strokes"]
        sent.append([[point[:2] for point in stroke] for stroke in strokes])
        papers.append(page.evaluate("getComputedStyle(document.querySelector('#paper')).color"))
    assert sent[0] == sent[1]
    assert papers[0] != papers[1]


def test_without_motion_nothing_moves(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, reduced_motion="reduce")
    durations = page.evaluate(
        "[...document.querySelectorAll('*')].map((e) => getComputedStyle(e).transitionDuration)"
    )
    assert set(durations) == {"0s"}


def test_everything_that_can_be_focused_has_a_name(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#question button")).to_have_count(2)
    names = page.evaluate(
        "[...document.querySelectorAll('button, a, canvas[tabindex]')]"
        ".filter((e) => e.checkVisibility()).map((e) => (e.ariaLabel ?? e.textContent).trim())"
    )
    assert len(names) >= 8
    assert all(names)


def test_the_line_for_the_api_is_never_cut_off(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    for width in (320, 568, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        hidden = page.locator("pre").evaluate("(line) => line.scrollWidth - line.clientWidth")
        assert hidden <= 0, width


def test_the_mark_of_the_chosen_digit_keeps_clear_of_the_sentence(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("recognize", Reply(reading(("2", "recognized"), ("4", "recognized"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    chosen = shown(page.locator("#answer .chosen"))
    assert "inset" in chosen.evaluate("(digit) => getComputedStyle(digit).boxShadow")
    digit, sentence = chosen.bounding_box(), page.locator("#sentence").bounding_box()
    assert digit
    assert sentence
    assert sentence["y"] - digit["y"] - digit["height"] >= 8


def test_without_javascript_the_page_says_so_within_its_margins(browser: Browser) -> None:
    options: dict[str, Any] = {
        "java_script_enabled": False,
        "viewport": {"width": 320, "height": 568},
    }
    with (
        serving("http://127.0.0.1:9") as address,
        closing(browser.new_context(**options)) as context,
    ):
        page = context.new_page()
        page.goto(address)
        words = shown(page.locator("noscript"))
        assert words.evaluate("(words) => getComputedStyle(words).paddingLeft") == "16px"
        for other in ("#desk", "#stuck", "footer"):
            expect(page.locator(other)).to_be_hidden()
