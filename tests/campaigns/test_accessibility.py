"""Accessibility in short; and pages that shut somebody out on purpose, which must be noticed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.campaigns import accessibility
from bench.campaigns.accessibility import journeys, states
from bench.campaigns.accessibility.conditions import CONDITIONS, Condition
from bench.campaigns.accessibility.look import (
    FOCUS,
    MOVING,
    SMALL,
    UNREADABLE,
    UNTOLD,
    VIOLATIONS,
    WIDE,
    Findings,
)
from bench.campaigns.accessibility.scene import Scene, scene
from bench.chromium import chromium
from tools.serve_page import FRONTEND

SEED = 5
SIZE = 6
NARROW = Condition(320, reduced_motion=True)
FORCED = Condition(768, forced_colors=True)
PALE = ("styles.css", "--text: #2b2a28", "--text: #bbbbbb")
NAMELESS = ("words.js", 'undo: "Undo"', 'undo: ""')
TINY = ("styles.css", "min-height: 44px", "height: 20px")
BROAD = ("styles.css", "#desk { width", "#desk { min-width: 400px; width")
SPINNING = ("styles.css", ".keys button {", ".keys button { animation: stuck 60s;")
RINGLESS = ("styles.css", ":focus-visible { outline: 2px", ":focus-visible { outline: 0px")
PLATED = ("styles.css", "i, #paper, #read {", "i, #paper {")
TALKATIVE = (
    "reading.js",
    "announce(spoken);",
    "announce(spoken); setTimeout(announce, 9, spoken);",
)


@pytest.fixture(scope="module")
def here(frontend: Path) -> Iterator[Scene]:
    """Serve the copy."""
    with chromium() as browser, scene(browser, frontend) as both:
        yield both


def test_a_few_states_shut_nobody_out() -> None:
    print(f"seed {SEED}")
    facts = accessibility.run(SIZE, SEED)
    assert [str(fact) for fact in facts if not fact.held] == []
    assert facts[0].value == SIZE


def test_the_whole_size_looks_at_every_state_under_every_condition() -> None:
    pairs = accessibility.chosen(accessibility.SIZE, SEED)
    assert list(pairs) == list(accessibility.ENTRIES)
    assert all(set(found) == set(CONDITIONS) for found in pairs.values())


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        (VIOLATIONS, PALE),
        (VIOLATIONS, NAMELESS),
        (SMALL, TINY),
        (WIDE, BROAD),
        (MOVING, SPINNING),
        (UNREADABLE, PLATED),
        (FOCUS, RINGLESS),
        (UNTOLD, TALKATIVE),
    ],
    ids=["pale", "nameless", "tiny", "wide", "spinning", "plated", "ringless", "talkative"],
)
def test_a_page_that_shuts_somebody_out_is_noticed(
    here: Scene, frontend: Path, harm: str, broken: tuple[str, str, str]
) -> None:
    name, old, new = broken
    text = (FRONTEND / name).read_text()
    assert old in text, "the page has changed: break it elsewhere"
    (frontend / name).write_text(text.replace(old, new))
    findings = Findings()
    try:
        if harm in (FOCUS, UNTOLD):
            with here.opened(states.empty) as page:
                journeys.from_load_to_feedback(page, findings)
        else:
            accessibility.look_at(here, states.labels, [NARROW, FORCED], findings)
    finally:
        shutil.copy(FRONTEND / name, frontend)
    assert findings.harms[harm] > 0
