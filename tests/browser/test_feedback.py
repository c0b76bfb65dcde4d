"""What a person says about an answer: asked, kept by the real API, taken back."""

import re
from pathlib import Path
from threading import Event

import pytest

from bench.faulty_api import FaultyApi, Reply, reading
from bench.patience import expect
from bench.pens import LINE, SEVEN, draw
from tests.browser.conftest import OpenPage
from tests.browser.feedback_steps import press, records, said, sent


def test_yes_is_kept_with_consent_and_undo_takes_it_back(
    real_api: str, api_folder: Path, open_page: OpenPage
) -> None:
    page = open_page(real_api)
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    press(page, "Yes")
    expect(page.locator("#question")).to_contain_text("Keep this drawing")
    assert records(api_folder) == []
    press(page, "Keep")
    said(page, "Thank you.")
    (record,) = records(api_folder)
    assert record["label"] == "7"
    assert record["predicted"]["label"] == "7"
    assert len(record["strokes"]) == 1
    page.locator("#thanks button").click()
    said(page, "Taken back")
    assert records(api_folder) == []


def test_no_offers_ten_labels_and_not_a_digit(
    real_api: str, api_folder: Path, open_page: OpenPage
) -> None:
    page = open_page(real_api)
    draw(page, SEVEN)
    press(page, "No")
    expect(page.locator("#question button")).to_have_text([*"0123456789", "Not a digit"])
    press(page, "one")
    press(page, "Keep")
    said(page, "Thank you.")
    assert [record["label"] for record in records(api_folder)] == ["1"]
    page.locator("#thanks button").click()
    said(page, "Taken back")


def test_not_a_digit_is_kept_as_null(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    press(page, "No")
    press(page, "Not a digit")
    press(page, "Keep")
    said(page, "Thank you.")
    (body,) = sent(api)
    assert body["label"] is None
    assert body["consent"] is True
    seven = {"label": "7", "probability": 0.99, "model": "cnn", "version": "0a1b2c3d"}
    assert body["predicted"] == seven
    (request,) = api.asked("feedback")
    assert re.fullmatch("[A-Za-z0-9_-]{8,64}", request.headers["Idempotency-Key"])


def test_without_consent_nothing_is_sent_and_the_choice_is_remembered(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    draw(page, SEVEN)
    press(page, "Yes")
    press(page, "Don’t")  # noqa: RUF001 - the apostrophe on the page
    said(page, "Nothing was kept.")
    page.reload()
    draw(page, SEVEN)
    press(page, "Yes")
    said(page, "Nothing was kept.")
    assert sent(api) == []
    press(page, "Change")
    press(page, "Keep")
    said(page, "Thank you.")
    assert len(sent(api)) == 1


def test_consent_is_asked_once(api: FaultyApi, open_page: OpenPage) -> None:
    page = open_page(api.url)
    for strokes in (SEVEN, LINE):
        page.keyboard.press("Escape")
        draw(page, strokes)
        press(page, "Yes")
        if page.get_by_role("button", name="Keep", exact=True).count():
            press(page, "Keep")
            said(page, "Thank you.")
    said(page, "Thank you.")
    assert len(sent(api)) == 2
    press(page, "Ask me again")
    press(page, "Clear")
    draw(page, [*SEVEN, *LINE])
    press(page, "Yes")
    expect(page.locator("#question")).to_contain_text("Keep this drawing")


def test_consent_holds_for_the_visit_where_storage_is_blocked(
    api: FaultyApi, open_page: OpenPage
) -> None:
    page = open_page(api.url)
    page.evaluate(
        """() => Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("blocked", "SecurityError"); },
        })"""
    )
    draw(page, SEVEN)
    press(page, "Yes")
    press(page, "Keep")
    said(page, "Thank you.")
    draw(page, [[[0, 0], [50, 0]]])
    press(page, "Yes")
    expect(page.locator("#question")).to_have_text("")
    said(page, "Thank you.")


@pytest.mark.parametrize(
    ("status", "question", "choices"),
    [
        ("recognized", "Was that right?", ["Yes", "No"]),
        ("unsure", "Which is it?", ["3", "8", "Another"]),
        ("not_a_digit", "Was that right?", ["Yes", "No"]),
    ],
)
def test_the_question_fits_the_answer(
    api: FaultyApi, open_page: OpenPage, status: str, question: str, choices: list[str]
) -> None:
    api.answer("recognize", Reply(reading(("3", status))))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#question p")).to_have_text(question)
    expect(page.locator("#question button")).to_have_text(choices)


def test_yes_to_what_is_no_digit_says_so(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(reading(("3", "not_a_digit"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    press(page, "Yes")
    press(page, "Keep")
    said(page, "Thank you.")
    assert sent(api)[0]["label"] is None


def test_several_digits_can_be_said_to_be_one(api: FaultyApi, open_page: OpenPage) -> None:
    api.answer("recognize", Reply(reading(("1", "recognized"), ("3", "recognized"))))
    page = open_page(api.url)
    draw(page, SEVEN)
    press(page, "Tell me which")
    press(page, "seven")
    press(page, "Keep")
    said(page, "Thank you.")
    (body,) = sent(api)
    assert body["label"] == "7"
    assert "predicted" not in body


def test_what_could_not_be_kept_is_sent_again_under_the_same_key(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer("feedback", Reply(hangs_up=True), Reply({"id": "1", "receipt": "r"}, 201))
    page = open_page(api.url, trouble=True)
    draw(page, SEVEN)
    press(page, "Yes")
    press(page, "Keep")
    said(page, "That could not be kept. I keep trying.")
    press(page, "Try again")
    said(page, "Thank you.")
    first, second = api.asked("feedback")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body


def test_what_could_not_be_taken_back_can_be_tried_again(
    api: FaultyApi, open_page: OpenPage
) -> None:
    api.answer(
        "feedback", Reply({"id": "1", "receipt": "a/b"}, 201), Reply(status=503), Reply(status=204)
    )
    page = open_page(api.url, trouble=True)
    draw(page, SEVEN)
    press(page, "Yes")
    press(page, "Keep")
    page.locator("#thanks button").click()
    said(page, "could not be taken back")
    press(page, "Try again")
    said(page, "Taken back")
    assert [each.path for each in api.asked("feedback")][1:] == ["/v1/feedback/a%2Fb"] * 2


def test_feedback_is_about_the_drawing_that_was_answered(
    api: FaultyApi, open_page: OpenPage
) -> None:
    never = Event()
    api.answer("recognize", Reply(reading(("7", "recognized"))), Reply(until=never))
    page = open_page(api.url)
    draw(page, SEVEN)
    expect(page.locator("#question")).to_contain_text("Was that right?")
    draw(page, [[[0, 0], [50, 0]]])
    expect(page.locator("#question button")).to_have_count(0)
    never.set()
