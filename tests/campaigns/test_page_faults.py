"""The page under faults, in short; and pages that are broken on purpose, which must be noticed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.campaigns import page_faults
from bench.campaigns.page_faults import feedback, loading, markup, nonsense, order, tally
from bench.campaigns.page_faults.visit import Scene
from tools.serve_page import FRONTEND

SEED = 3
QUICK_SEED = 20  # draws faults of several sorts, and none that is waited for 9 s
SIZE = 5
PATIENCE_S = 4.0
LOUD = "<img src=x onerror=markupRan()>"
# What is broken on purpose: a file of the page, and what is replaced in it.
AS_MARKUP = ("reading.js", {'get("sentence").textContent =': 'get("sentence").innerHTML ='})
ANY_ORDER = ("reader.js", {"asked.abort();": "", "if (mine === asked) events.onA": "events.onA"})
NEW_KEYS = ("outbox.js", {'"Idempotency-Key": key': '"Idempotency-Key": crypto.randomUUID()'})
FORGETFUL = ("outbox.js", {"lasting.write(PREFIX": "void (PREFIX"})
NO_DRAFT = ("draft.js", {"ofTab.write(KEY,": "void ("})
MUTE = ("reader.js", {"events.onTrouble(kind, detail);": ""})
HASTY = ("reader.js", {"Math.max(retryMs, waitMs)": "100"})
THROWS = ("models.js", {'get("absent").hidden': 'get("gone").hidden'})


@pytest.fixture(scope="module")
def scene(frontend: Path) -> Iterator[Scene]:
    """Return what the visits to the copy share."""
    with page_faults.scene(tally.Tally(), frontend, PATIENCE_S) as here:
        yield here


def test_a_few_faults_do_no_harm() -> None:
    print(f"seed {QUICK_SEED}")
    facts = page_faults.run(SIZE, QUICK_SEED)
    assert [str(fact) for fact in facts if not fact.held] == []
    assert facts[0].value == SIZE


def test_every_kind_has_its_turn_before_one_comes_again() -> None:
    kinds = page_faults.chosen(2 * len(page_faults.KINDS), SEED)
    half = len(page_faults.KINDS)
    assert set(kinds[:half]) == set(kinds[half:]) == set(page_faults.KINDS)
    assert page_faults.chosen(half, SEED) == kinds[:half]


@pytest.mark.parametrize(
    ("harm", "kind", "broken"),
    [
        (tally.MARKUP, markup.in_a_refusal, AS_MARKUP),
        (tally.OLDER, order.permuted, ANY_ORDER),
        (tally.FEEDBACK_TWICE, feedback.sent_later, NEW_KEYS),
        (tally.FEEDBACK_LOST, feedback.reloaded, FORGETFUL),
        (tally.DRAWING_LOST, loading.reloaded, NO_DRAFT),
        (tally.UNCAUGHT, markup.in_the_models, THROWS),
        (tally.SILENT, nonsense.refusing, MUTE),
        (tally.ASKED, nonsense.broken, HASTY),
    ],
)
def test_a_page_that_is_broken_is_noticed(
    scene: Scene,
    frontend: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: str,
    kind: page_faults.Kind,
    broken: tuple[str, dict[str, str]],
) -> None:
    monkeypatch.setattr(feedback, "FAILURES", (feedback.LOST,))
    monkeypatch.setattr(markup, "PAYLOADS", (LOUD,))
    name, edits = broken
    text = (FRONTEND / name).read_text()
    for old, new in edits.items():
        assert old in text, "the page has changed: break it elsewhere"
        text = text.replace(old, new)
    (frontend / name).write_text(text)
    scene.tally.harms.clear()
    scene.tally.most_asked = 0
    try:
        page_faults.try_faults(scene, [kind], SEED)
    finally:
        shutil.copy(FRONTEND / name, frontend)
    assert harm in {fact.what for fact in scene.tally.facts() if not fact.held}
