"""The review's page, in a real browser over the real server and a real store."""

import re
from pathlib import Path

from bench.patience import expect
from bench.reviewed import ACCEPTED, REJECTED, WAITING, id_of, lying, send_alike, send_claims
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.store import Store
from tests.browser.review.pages import OpenReview, counted, current, said
from tests.review.page_process import review_process


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
