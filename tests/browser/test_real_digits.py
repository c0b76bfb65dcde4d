"""Real digits, drawn on the page and read by the real API."""

import json
import random
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bench.own_digits import Strokes, own_digits
from bench.patience import expect
from bench.pens import draw, draw_seven_with_keys, draw_with_finger
from tests.browser.conftest import OpenPage

DRAWN = Path(__file__).resolve().parents[2].parent / "shared/data/drawn/strokes.json"
SEED = 20
DRAWN_COUNT = 30
LEAST_RIGHT = 28  # no reader is right about every hand
MOST_POINTS = 15  # of a stroke; each waits for the browser's next frame


def read_off(page: Page, strokes: Strokes) -> str:
    """Draw a digit and return the answer on the page."""
    if page.locator("#clear").is_enabled():
        page.locator("#clear").click()
    step = max(1, max(map(len, strokes)) // MOST_POINTS)
    draw(page, [[*stroke[::step], stroke[-1]] for stroke in strokes])
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")
    return page.locator("#answer").inner_text()


def test_our_own_digits_are_read(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api)
    digits = own_digits()
    read = [read_off(page, digit.strokes) for digit in digits]
    assert read == [digit.text for digit in digits]


def test_digits_of_many_hands_are_read(real_api: str, open_page: OpenPage) -> None:
    if not DRAWN.exists():
        pytest.skip("The drawings of other people are not here (shared/data/drawn).")
    page = open_page(real_api)
    print("seed", SEED)
    digits = random.Random(SEED).sample(json.loads(DRAWN.read_bytes()), DRAWN_COUNT)
    answers = [(read_off(page, digit["strokes"]), str(digit["label"])) for digit in digits]
    right = sum(answer == label for answer, label in answers)
    assert right >= LEAST_RIGHT, answers


def test_a_finger_and_the_keyboard_are_read_too(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api, has_touch=True, viewport={"width": 360, "height": 640})
    draw_with_finger(page, own_digits()[6].strokes)
    expect(page.locator("#answer")).to_have_text("3")
    page.locator("#clear").click()
    page.locator("#paper").focus()
    draw_seven_with_keys(page)
    expect(page.locator("#answer")).to_have_text("7")


def test_a_scribble_is_no_digit(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api)
    star = [[0, 0], [100, 100], [0, 100], [100, 0], [50, 120], [50, -20], [0, 50], [100, 50]]
    draw(page, [star])
    expect(page.locator("#sentence")).to_have_text("That does not look like a digit to me.")


def test_all_models_and_their_figures_are_shown(real_api: str, open_page: OpenPage) -> None:
    page = open_page(real_api)
    draw(page, own_digits()[0].strokes)
    expect(page.locator("#models th")).to_have_text(["cnn", "perceptron"])
    expect(page.locator("#models td")).to_have_count(6)
    expect(page.locator("#figures tr")).to_have_count(3)
    expect(page.locator("#figures")).to_contain_text("%")
    assert page.evaluate("document.querySelector('#picture').naturalWidth") == 28
