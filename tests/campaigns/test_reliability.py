"""What `make campaign` says and keeps."""

from pathlib import Path

import pytest

from bench import reliability
from bench.outcome import Fact, Outcome, UnreadableOutcome

OUTCOME = Outcome(
    "bad_input",
    20_000,
    7,
    61.5,
    "2026-11-21: a processor, 2 cores.",
    (
        Fact("answers of 5xx", 0, most=0),
        Fact("slowest", 31.25, "ms", most=30),
        Fact("sent", 20_000),
    ),
)


def test_an_outcome_outlives_its_process(tmp_path: Path) -> None:
    OUTCOME.write(tmp_path)
    assert Outcome.read(tmp_path / "bad_input.json") == OUTCOME


def test_a_fact_beyond_its_bound_is_told_as_such() -> None:
    assert [fact.held for fact in OUTCOME.facts] == [True, False, True]
    assert not OUTCOME.held
    assert "NOT HELD" in str(OUTCOME)
    assert OUTCOME.facts[1].bound == "at most 30: **not held**"
    assert not Fact("seeds", 1, least=2).held


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"campaign": "x", "facts": [{}]}'])
def test_a_file_that_is_no_outcome_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "load.json"
    path.write_text(text)
    with pytest.raises(UnreadableOutcome, match=r"load\.json"):
        Outcome.read(path)


def test_the_document_is_what_its_outcomes_say() -> None:
    assert reliability.DOCUMENT.read_text() == reliability.document()


@pytest.mark.parametrize("name", reliability.CAMPAIGNS)
def test_every_campaign_has_a_size_and_says_what_it_does(name: str) -> None:
    campaign = reliability.load(name)
    assert campaign.SIZE > 0
    assert campaign.__doc__
