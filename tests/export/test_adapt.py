"""`make adapt` runs the round, says what it did, and draws what changed."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from tests.export.commands import run_export
from tests.learning.lessons import accept, odd_seven

pytest.importorskip("chalice", reason="its picture is drawn as the quality report's are")


def test_a_round_is_run_told_and_drawn(tmp_path: Path) -> None:
    location, picture = str(tmp_path / "store"), tmp_path / "round.png"
    store, rng = open_store(location), np.random.default_rng(5)
    for number in range(30):
        accept(store, odd_seven(rng), "7", number)
    arguments = ("--store", location, "--picture", str(picture), "--by", "ann")
    done = run_export("adapt", *arguments)
    assert done.returncode == 0, done.stderr
    assert "30 accepted drawings" in done.stdout
    assert "promoted: promoted for" in done.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert next(HeadBook(store).history()).by == "ann"
    again = run_export("adapt", *arguments)
    assert again.stdout.startswith("unchanged") or "unchanged:" in again.stdout


def test_an_unusable_store_ends_with_a_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_export("adapt", "--store", str(tmp_path / "file" / "store"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr
