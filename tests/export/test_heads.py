"""The command that shows, rolls back and freezes heads."""

import json
from pathlib import Path

import pytest

from chalicelib.learning.keys import head_key
from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from tests.export.commands import run_export
from tests.learning.heads import make_head

HEADS = [make_head(number) for number in range(2)]


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Name a store where one head has been promoted after the other."""
    book = HeadBook(open_store(str(tmp_path)))
    for head in HEADS:
        book.promote(
            {"cnn": head}, book.read()[1], "a round", "better", {"cnn": head.figures, "round": "0a"}
        )
    return str(tmp_path)


def heads(action: str, place: str, *arguments: str) -> str:
    done = run_export("heads", action, "--store", place, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_rollback_is_one_command_and_the_history_keeps_who_and_why(place: str) -> None:
    assert HEADS[1].version in heads("show", place)
    shown = heads("rollback", place, "--by", "ann", "--reason", "it's worse")
    assert HEADS[0].version in shown
    assert "as trained" in heads("rollback", place)
    history = heads("history", place)
    assert "rollback by ann: it's worse" in history
    assert history.index("rollback by ann") < history.index("promote by a round: better")
    assert "cnn: gold 99.00 % of 100" in history
    assert "round: 0a" in history


@pytest.mark.parametrize("figures", [{"cnn": {"gold": "none"}}, {"cnn": {"gold": {}}}, {"cnn": 1}])
def test_figures_of_another_form_are_shown_as_they_are(
    figures: dict[str, object], tmp_path: Path
) -> None:
    book = HeadBook(open_store(str(tmp_path)))
    book.promote({"cnn": HEADS[0]}, book.read()[1], "ann", "better", figures)
    assert f"cnn: {json.dumps(figures['cnn'])}" in heads("history", str(tmp_path))


def test_there_is_an_end_to_rolling_back(tmp_path: Path) -> None:
    done = run_export("heads", "rollback", "--store", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: The models answer as trained: there is nothing to roll back.\n"


def test_freezing_keeps_what_is_served(place: str) -> None:
    for action, frozen in (("freeze", True), ("unfreeze", False)):
        shown = heads(action, place)
        assert HEADS[1].version in shown
        assert ("Frozen" in shown) is frozen
        assert HeadBook(open_store(place)).read()[0].frozen is frozen


def test_a_damaged_head_is_said_to_be_so(place: str) -> None:
    open_store(place).put(head_key(HEADS[1].sha256), b"{}")
    assert "damaged" in heads("show", place)


@pytest.mark.parametrize(
    "arguments", [("--reason", ""), ("--by", "a\nb"), ("--store", "ftp://x"), ("--store", "")]
)
def test_what_cannot_be_is_one_line_and_changes_nothing(
    tmp_path: Path, arguments: tuple[str, str]
) -> None:
    done = run_export("heads", "freeze", "--store", str(tmp_path), *arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
