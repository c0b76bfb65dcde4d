"""What hands do on the paper, and what becomes of it."""

import pytest
from playwright.sync_api import Page

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect
from bench.pens import (
    LINE,
    SEVEN,
    drag_finger,
    draw,
    draw_seven_with_keys,
    draw_with_finger,
    ink,
    on_screen,
    wait_until,
)
from tests.browser.conftest import OpenPage

SIDE = 400  # of the paper, in its own unit
PAPER = "document.querySelector('#paper')"


def answered(page: Page) -> None:
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")


def blank(page: Page) -> None:
    expect(page.locator("#reading")).to_have_attribute("data-state", "blank")


def strokes_sent(api: FaultyApi) -> list[list[list[float]]]:
    strokes: list[list[list[float]]] = api.asked("recognize")[-1].body["strokes"]
    return strokes


def test_strokes_are_sent_in_the_papers_unit_whatever_the_screen(
    api: FaultyApi, open_page: OpenPage
) -> None:
    for width in (320, 1200):
        page = open_page(api.url, viewport={"width": width, "height": 700})
        draw(page, LINE, size=0.5)
        answered(page)
        sent = strokes_sent(api)
        assert len(sent) == 1
        assert abs(sent[0][0][1] - SIDE / 4) < 3
        assert abs(sent[0][-1][1] - 3 * SIDE / 4) < 3
        times = [point[2] for point in sent[0]]
        assert times == sorted(times)
        assert times[0] == 0
        assert api.asked("recognize")[-1].body["model"] == "all"


def test_several_strokes_make_one_question_250_ms_after_the_last(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, [*SEVEN, [[20, 60], [60, 60]]])
    answered(page)
    assert [len(each.body["strokes"]) for each in api.asked("recognize")] == [2]


def test_a_click_draws_a_dot(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    page.locator("#paper").click()
    answered(page)
    assert ink(page) > 100
    assert len(strokes_sent(api)) == 1


def test_a_finger_draws(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, has_touch=True, viewport={"width": 360, "height": 640})
    draw_with_finger(page, SEVEN)
    answered(page)
    assert len(strokes_sent(api)[0]) >= len(SEVEN[0])


def test_a_finger_on_the_paper_draws_and_one_beside_it_scrolls(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url, has_touch=True, viewport={"width": 360, "height": 640})
    draw_with_finger(page, [[[0, 100], [0, 75], [0, 50], [0, 25], [0, 0]]])
    assert page.evaluate("scrollY") == 0
    drag_finger(page, [(180, 600 - 30 * i) for i in range(15)])
    wait_until(page, "scrollY > 100")


def test_a_second_finger_does_not_disturb_the_first(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, has_touch=True, viewport={"width": 360, "height": 640})
    session = page.context.new_cdp_session(page)
    (path,) = on_screen(page, LINE)
    palm = {"x": path[0][0] + 90, "y": path[0][1] + 20, "id": 2}
    for kind, (x, y), others in (
        ("touchStart", path[0], []),
        ("touchStart", path[0], [palm]),
        ("touchMove", path[1], [palm]),
        ("touchMove", path[2], [palm]),
    ):
        points = [{"x": x, "y": y, "id": 1}, *others]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    answered(page)
    assert len(strokes_sent(api)) == 1


def test_a_cancelled_pointer_ends_its_stroke(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url, has_touch=True, viewport={"width": 360, "height": 640})
    session = page.context.new_cdp_session(page)
    (path,) = on_screen(page, LINE)
    for i, (x, y) in enumerate(path):
        points = [{"x": x, "y": y}]
        kind = "touchMove" if i else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    answered(page)
    draw_with_finger(page, SEVEN)
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
    page.wait_for_timeout(400)
    assert len(strokes_sent(api)) == 2, "the next stroke is one of its own"


def test_a_stroke_that_leaves_the_paper_goes_on_outside(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, [[[0, 0], [100, 0]]], size=0.4, middle=(0.95, 0.5))
    answered(page)
    assert strokes_sent(api)[0][-1][0] > SIDE


def test_the_keyboard_draws(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    page.locator("#paper").focus()
    draw_seven_with_keys(page)
    answered(page)
    assert len(strokes_sent(api)[0]) > 40
    assert page.evaluate("scrollY") == 0


def test_tab_leads_through_paper_undo_clear_read(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    answered(page)
    page.locator("#paper").focus()
    order = []
    for _ in range(6):
        order.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        page.keyboard.press("Tab")
    assert order == ["paper", "undo", "clear", "read", "image", "Yes"]


def test_undo_takes_one_stroke_and_ctrl_z_too(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, [*SEVEN, [[20, 60], [60, 60]], [[0, 110], [80, 110]]])
    inked = [ink(page)]
    page.get_by_role("button", name="Undo").click()
    inked.append(ink(page))
    page.keyboard.press("Control+z")
    inked.append(ink(page))
    assert inked[0] > inked[1] > inked[2] > 0
    page.keyboard.press("Control+Shift+z")
    assert ink(page) == inked[1]
    answered(page)
    assert len(strokes_sent(api)) == 2


def test_clear_empties_the_paper_and_can_be_undone(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    answered(page)
    before = ink(page)
    page.keyboard.press("Escape")
    blank(page)
    assert ink(page) == 0
    expect(page.locator("#answer")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    assert ink(page) == before
    answered(page)


def test_nothing_is_asked_about_empty_paper(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    expect(page.get_by_role("button", name="Read")).to_be_disabled()
    draw(page, SEVEN)
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert api.asked("recognize") == []
    expect(page.locator("#sentence")).to_contain_text("Nothing on the paper yet")


def test_read_asks_at_once(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(reading(("7", "recognized"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    answered(page)
    page.get_by_role("button", name="Read").click()
    page.wait_for_timeout(100)
    assert len(api.asked("recognize")) == 2


def test_resizing_keeps_the_strokes_and_draws_them_sharply(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    answered(page)
    share = ink(page) / page.evaluate(f"{PAPER}.width ** 2")
    page.set_viewport_size({"width": 340, "height": 600})
    wait_until(page, f"{PAPER}.width === {PAPER}.clientWidth")
    smaller = ink(page) / page.evaluate(f"{PAPER}.width ** 2")
    assert abs(share - smaller) < 0.1 * share


def test_another_pixel_ratio_keeps_the_strokes_and_draws_them_sharply(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    answered(page)
    before = ink(page)
    # A pixel more of height, which leaves the paper as it is: else headless Chromium tells nobody.
    metrics = {"width": 1000, "height": 801, "deviceScaleFactor": 2, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", metrics)
    wait_until(page, f"{PAPER}.width === 2 * {PAPER}.clientWidth")
    assert 3.8 < ink(page) / before < 4.2


def test_resizing_in_the_middle_of_a_stroke_keeps_it(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    (path,) = on_screen(page, LINE)
    page.mouse.move(*path[0])
    page.mouse.down()
    page.mouse.move(*path[1])
    page.set_viewport_size({"width": 900, "height": 760})
    page.mouse.move(*path[2])
    page.mouse.up()
    answered(page)
    assert len(strokes_sent(api)) == 1
    assert ink(page) > 0


def test_a_reload_keeps_the_drawing(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    draw(page, LINE)
    expect(page.locator("#answer")).to_have_text("7")
    before = api.asked("recognize")[-1].body
    page.reload()
    expect(page.locator("#answer")).to_have_text("7")
    assert api.asked("recognize")[-1].body == before
    page.get_by_role("button", name="Clear").click()
    page.reload()
    expect(page.locator("#placeholder")).to_have_class("")
    assert ink(page) == 0


@pytest.mark.parametrize("left", ["{", "null", '{"strokes": [[["a"]]]}', '{"strokes": 1}'])
def test_a_spoiled_draft_is_no_drawing(api: FaultyApi, open_page: OpenPage, left: str) -> None:
    page = open_page(api.url)
    page.evaluate("(left) => sessionStorage.setItem('inkling.drawing', left)", left)
    page.reload()
    page.locator("#reading[data-state=blank]").wait_for()
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
