"""The review in a terminal: what is seen, what each key does, and what is left when it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.reviewed import ACCEPTED, REJECTED, WAITING, lying, send_alike, send_claims
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from tests.review.pseudo_terminal import COLUMNS, ROOT, ROWS, Terminal, terminal


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Return where the feedback of a test lies."""
    return str(tmp_path / "store")


@pytest.fixture
def store(place: str) -> Store:
    """Open it."""
    return open_store(place)


def begin(terminal: Terminal, waiting: int) -> None:
    terminal.wait_for(f"1 of {waiting} quarantine")


def labels(store: Store, status: str) -> list[str | None]:
    return sorted((label for where, label in lying(store).values() if where == status), key=str)


def test_a_drawing_is_shown_with_all_that_is_known_of_it(store: Store, place: str) -> None:
    send_claims(store, "1")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 1)
        shown = "\n".join(one.screen)
        assert "Claimed: 1" in shown
        assert "A model says something else than the sender." in shown
        assert "cnn" in shown
        assert "perceptron" in shown
        assert "99 %" in shown
        assert shown.count("▀") == 28 * 14
        assert max(map(len, one.screen)) <= COLUMNS
        assert len(one.screen) <= ROWS


def test_what_was_accepted_as_another_digit_says_so(store: Store, place: str) -> None:
    send_claims(store, "1")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 1)
        one.press("7", "Nothing is waiting.")
    with terminal("--store", place, "--by", "ann", "--status", "accepted") as one:
        one.wait_for("1 of 1 accepted")
        shown = "\n".join(one.screen)
        assert shown.index("Taken for: 7") < shown.index("Claimed: 1")
        assert len(one.screen) <= ROWS


def test_without_colours_a_drawing_is_plain_text(store: Store, place: str) -> None:
    send_claims(store, "1")
    with terminal("--store", place, "--by", "ann", NO_COLOR="1") as one:
        begin(one, 1)
        assert "▀" not in one.text
        assert sum("@" in line for line in one.screen) > 5
        assert "\x1b[38" not in one.text


def test_each_key_decides_and_undo_takes_it_back(store: Store, place: str) -> None:
    send_claims(store, "1", "2", "3", "4")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 4)
        one.press("a", "1 accepted.")
        assert len(labels(store, ACCEPTED)) == 1
        one.press("8", "1 accepted with another label.")
        assert "8" in labels(store, ACCEPTED)
        one.press("n", "1 accepted with another label.")
        assert None in labels(store, ACCEPTED)
        one.press("r", "Nothing is waiting.")
        assert len(labels(store, REJECTED)) == 1
        for left in (1, 2, 3, 4):
            one.press("u", f"of {left} quarantine")
        one.press("u", "There is nothing to undo.")
    assert labels(store, WAITING) == ["1", "2", "3", "4"]


def test_one_key_decides_a_whole_cluster(store: Store, place: str) -> None:
    send_claims(store, "2")
    send_alike(store, 3, claim="1")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 4)
        one.press("c", "[all 3 alike]")
        one.press("7", "3 accepted with another label.")
        assert labels(store, ACCEPTED) == ["7", "7", "7"]
        one.press("u", "3 taken back.")
    assert labels(store, WAITING) == ["1", "1", "1", "2"]


def test_skip_and_arrows_decide_nothing(store: Store, place: str) -> None:
    send_claims(store, "1", "2", "3")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 3)
        first = next(line for line in one.screen if "Claimed" in line)
        one.press("\x1b[C", "2 of 3")
        one.press("\x1b[D", "1 of 3")
        assert first in one.screen
        one.press("s", "1 of 3")
        assert first not in one.screen
        one.press("\x1b[D", "3 of 3")
        assert first in one.screen
        one.press("?", "any number of steps", last="Any key goes back.")
        assert len(one.screen) <= ROWS
        one.press("x", "3 of 3")
        one.press("x", "'x' is no key")
    assert labels(store, WAITING) == ["1", "2", "3"]


def test_the_rules_are_one_step(store: Store, place: str) -> None:
    send_alike(store, 1, claim="7")
    send_claims(store, "1")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 2)
        one.press("!", "1 decided by the rules.")
        assert labels(store, ACCEPTED) == ["7"]
        one.press("!", "The rules find nothing")
        one.press("u", "1 taken back.")
    assert labels(store, WAITING) == ["1", "7"]


def test_what_was_withdrawn_meanwhile_is_told_and_skipped(store: Store, place: str) -> None:
    (receipt,) = send_claims(store, "1")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 1)
        FeedbackBook(store).withdraw(receipt)
        one.press("a", "1 withdrawn or decided by somebody else meanwhile.")
    assert lying(store) == {}


@pytest.mark.parametrize(("by", "status"), [("q", 0), ("Ctrl-C", 130)])
def test_ending_restores_the_terminal_and_keeps_what_was_decided(
    store: Store, place: str, by: str, status: int
) -> None:
    send_claims(store, "1", "2")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 2)
        assert one.attributes != one.before
        one.press("a", "1 accepted.")
        if by == "q":
            one.press("q", "1 decided, 1 left.", last="")
        else:
            one.interrupt()
            one.wait_for("all that was decided is kept", last="")
        assert one.process.wait(30) == status
        assert one.attributes == one.before
        assert "\x1b[?1049l" in one.text
    assert len(labels(store, ACCEPTED)) == 1


def test_a_kill_loses_nothing_that_was_decided(store: Store, place: str) -> None:
    send_claims(store, "1", "2", "3")
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 3)
        one.press("a", "1 accepted.")
        one.kill()
    with terminal("--store", place, "--by", "ann") as one:
        begin(one, 2)
    assert len(lying(store)) == 3


def test_without_a_terminal_it_says_what_to_do(place: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export.review", "--store", place],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "python -m export.review --page" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["", "rules", "a\nb", "x" * 201])
def test_a_reviewer_needs_a_name(place: str, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "export.review", "--page", "--store", place, "--by", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "--by" in done.stderr
