"""What the page makes of an answer."""

from threading import Event

import pytest

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect
from bench.pens import SEVEN, draw
from tests.browser.conftest import OpenPage


def test_a_sure_answer_is_a_numeral_a_sentence_and_bars(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    expect(page.locator("#sentence")).to_have_text("That is a seven.")
    expect(page.locator("#bars li")).to_have_count(3)
    expect(page.locator("#bars li").first).to_have_text("799 %")
    expect(page.locator("#models tr")).to_have_text(
        [f"{name}7 99 %8 < 1 %9 < 1 %" for name in ("cnn", "perceptron")]
    )
    expect(page.locator("#announcement")).to_have_text("Seven, 99 percent")
    assert page.evaluate("document.querySelector('#picture').naturalWidth") == 28


def test_models_as_trained_and_as_adapted_stand_side_by_side(
    api: FaultyApi, open_page: OpenPage
) -> None:
    versions = {"cnn": "0a1b2c3d+4e5f6071", "cnn-trained": "0a1b2c3d", "perceptron": "89abcdef"}
    answer = reading(("7", "recognized"))
    models = [
        {"name": name, "version": version, "text": "7", "digits": answer["digits"]}
        for name, version in versions.items()
    ]
    api.answer("recognize", Reply(answer | {"model": models[0], "models": models}))
    figures = {"mnist_test": {"accuracy": 0.9962}, "gold": {"accuracy": 0.9951}}
    told = {
        "cnn": {"gold": {"accuracy": 0.9958}},
        "cnn-trained": figures,
        "perceptron": {"mnist_test": {"accuracy": 0.9928}},
    }
    entries = [
        {"name": name, "version": versions[name], "weights": 118_987, "figures": figures}
        for name, figures in told.items()
    ]
    api.answer("models", Reply({"models": entries}))
    page = open_page(api.url)
    draw(page, SEVEN)
    names = ["cnn adapted", "cnn-trained", "perceptron"]
    expect(page.locator("#models th")).to_have_text(names)
    measured = ["99.58 % gold set", "99.62 % MNIST test, 99.51 % gold set", "99.28 % MNIST test"]
    rows = [f"{name}118,987{m}" for name, m in zip(names, measured, strict=True)]
    expect(page.locator("#figures tr")).to_have_text(["ModelWeightsRight", *rows])


def test_an_unsure_answer_names_the_two_best(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(reading(("3", "unsure"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("3?")
    expect(page.locator("#sentence")).to_have_text("3 or 8?")
    expect(page.locator("#announcement")).to_have_text("Not sure, three or eight")


def test_what_is_no_digit_gets_a_dash(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(reading(("3", "not_a_digit"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("–")  # noqa: RUF001 - the dash on the page
    expect(page.locator("#sentence")).to_have_text("That does not look like a digit to me.")


def test_each_of_several_digits_shows_its_own_bars(api: FaultyApi, open_page: OpenPage) -> None:
    digits = (("4", "recognized"), ("2", "unsure"), ("7", "recognized"))
    api.answer("recognize", Reply(reading(*digits)))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("42?7")
    best = page.locator("#bars b").first
    expect(best).to_have_text("4")
    page.locator("#answer button").nth(2).focus()
    expect(best).to_have_text("7")
    page.locator("#answer button").nth(1).hover()
    expect(best).to_have_text("2")


def test_the_answer_to_an_older_drawing_never_replaces_a_newer_one(
    api: FaultyApi, open_page: OpenPage
) -> None:
    late = Event()
    api.answer(
        "recognize",
        Reply(reading(("1", "recognized")), until=late),
        Reply(reading(("4", "recognized"))),
    )
    page = open_page(api.url)
    draw(page, SEVEN)
    page.wait_for_timeout(400)
    draw(page, [[[20, 60], [60, 60]]])
    expect(page.locator("#answer")).to_have_text("4")
    late.set()
    page.wait_for_timeout(300)
    expect(page.locator("#answer")).to_have_text("4")
    assert len(api.asked("recognize")) == 2


def test_while_drawing_the_last_answer_stays_dimmed(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    page.mouse.down()
    expect(page.locator("#reading")).to_have_attribute("data-state", "old")
    expect(page.locator("#answer")).to_have_text("7")
    page.mouse.up()
    expect(page.locator("#reading")).to_have_attribute("data-state", "answer")


def test_markup_in_an_answer_is_text(api: FaultyApi, open_page: OpenPage) -> None:
    markup = "<img src=x onerror=alert(1)>"
    api.answer("recognize", Reply(reading((markup, "recognized"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text(markup)
    expect(page.locator("#answer img")).to_have_count(0)


@pytest.mark.parametrize(
    "changes",
    [
        {"digits": []},
        {"digits": None},
        {"model": None},
        {"models": []},
        {"models": [{"name": "cnn", "version": "1", "digits": []}]},
        {"digits": [{"label": 7}]},
        {"digits": [{**reading(("7", "recognized"))["digits"][0], "probability": 7}]},
        {"digits": [{**reading(("7", "recognized"))["digits"][0], "status": "sure"}]},
        {"digits": [{**reading(("7", "recognized"))["digits"][0], "seen": "https://a.b/c.png"}]},
        {"digits": [{**reading(("7", "recognized"))["digits"][0], "box": {"x": "1"}}]},
    ],
)
def test_a_field_that_is_not_as_agreed_makes_an_answer_nonsense(
    api: FaultyApi, open_page: OpenPage, changes: dict[str, object]
) -> None:
    api.answer("recognize", Reply(reading(("7", "recognized"), **changes)))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#sentence")).to_contain_text("makes no sense")
