"""`python -m export.stats` counts the feedback of a store and draws it, however little there is."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.records import Submission
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.directory import DirectoryStore
from tests.learning.submissions import make_submission
from tests.stores.child import REPOSITORY

pytest.importorskip("matplotlib")
NOW = datetime.now(UTC)


def fill(folder: Path, count: int) -> None:
    """Keep feedback over as many days, of which one in three is what the model said."""
    store = DirectoryStore(folder)
    for number in range(count):
        label = None if number % 3 == 2 else str(number % 3)
        submit(store, make_submission(number, label=label), NOW - timedelta(days=number))
    shelf = FeedbackShelf(store)
    for filed in shelf.read_all(shelf.places(FeedbackStatus.QUARANTINE)[: count // 2]):
        shelf.judge(filed, FeedbackStatus.ACCEPTED, label="1", by="a", reason="reviewed")


def submit(store: DirectoryStore, submission: Submission, time: datetime) -> None:
    FeedbackBook(store, lambda: time).submit(submission)


def run(folder: Path, picture: Path) -> str:
    command = [sys.executable, "-m", "export.stats", "--store", str(folder), "--out", str(picture)]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def rows(table: str) -> dict[str, list[str]]:
    """Return the table's columns by what people said."""
    cells = [line.split() for line in table.splitlines()]
    return {first: others for first, *others in filter(None, cells)}


@pytest.mark.parametrize("count", [1, 90])
def test_little_and_much_are_counted_and_drawn(tmp_path: Path, count: int) -> None:
    fill(tmp_path / "store", count)
    before = sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file())
    table = run(tmp_path / "store", tmp_path / "stats.png")
    assert table.startswith("1 piece of" if count == 1 else f"{count} pieces of feedback")
    assert ("none" in table) == (count > 2)
    if count > 1:
        assert rows(table)["0"] == ["15", "15", "0", "15", "0.0%", "of", "30"]
        assert rows(table)["1"] == ["15", "15", "0", "0", "100.0%", "of", "30"]
        assert rows(table)["all"] == ["45", "45", "0", "30", "50.0%", "of", "60"]
    assert "bits of Jensen-Shannon divergence" in table
    with Image.open(tmp_path / "stats.png") as picture:
        assert picture.width > 1000
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 20
    assert sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file()) == before


def test_no_feedback_is_said_and_nothing_drawn(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    assert "There is no feedback in" in run(tmp_path / "store", tmp_path / "stats.png")
    assert not (tmp_path / "stats.png").exists()
