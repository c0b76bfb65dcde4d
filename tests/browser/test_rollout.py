"""The page while a candidate is tried: it is as it was, whoever answers."""

from pathlib import Path

import pytest

from bench.candidates import MODEL, answering, copy_with_candidate
from bench.patience import expect
from bench.pens import SEVEN, draw
from bench.transports import chalice_local
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from tests.browser.conftest import OpenPage


@pytest.mark.parametrize(("share", "text"), [(0.0, "7"), (1.0, "4")])
def test_the_page_shows_who_answers_and_no_other(
    share: float, text: str, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = copy_with_candidate(tmp_path / "models", answering(4))
    monkeypatch.setenv("INKLING_MODELS", str(tmp_path / "models"))
    versions = registry.entry(MODEL).version, registry.candidates[MODEL].version
    book = RolloutBook(open_store(str(tmp_path / "feedback")))
    rollout = Rollout(MODEL, *versions, share)
    if share:
        book.promote(rollout, book.read()[1], "ann", "better", {})
    else:
        book.start(rollout, "ann", "a try")
    with chalice_local(tmp_path) as transport:
        page = open_page(f"http://127.0.0.1:{transport.port}")
        draw(page, SEVEN)
        expect(page.locator("#answer")).to_have_text(text)
        expect(page.locator("#models th")).to_have_text(["cnn", "perceptron"])
        expect(page.locator("#figures tr")).to_have_count(3)
        page.get_by_role("button", name="Yes").click()
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.locator("#thanks")).to_contain_text("Thank you.")
    (record,) = (tmp_path / "feedback").rglob("status=*/**/*.json")
    assert f'"version":"{versions[bool(share)]}"' in record.read_text()
