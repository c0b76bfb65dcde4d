"""`make adapt` runs the round, says what it did, and draws what changed."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from export.replacement import Answers
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


def test_what_counts_as_an_error_is_drawn_as_a_flip() -> None:
    """Also where a drawing is found none before and after: its best digit counts."""
    from export.quality.pictures import COLOURS
    from export.round_picture import draw_flips

    logits = np.zeros((2, 3, 11), np.float32)  # before and after, drawings, classes
    logits[:, :, 10] = 9  # none
    logits[0, 0, 1] = logits[1, 0, 7] = 1  # a 7 that was best a 1
    logits[0, 1, 7] = logits[1, 1, 1] = 1  # the other way round
    logits[:, 2, 3] = 1  # as before
    (figure,) = np.ravel(Figure().subfigures(1, 1, squeeze=False))
    answers = Answers(np.full(3, 7), *logits)
    draw_flips(figure, np.zeros((3, 28, 28), np.float32), answers, (*"0123456789", "none"))
    shown = [(axes.get_title(), axes.title.get_color()) for axes in figure.axes if axes.images]
    assert shown == [("7? → 1?", COLOURS[1]), ("1? → 7?", "black")]
    assert "2 of 2 held-out drawings that flipped" in str(figure.get_suptitle())


def test_an_unusable_store_ends_with_a_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_export("adapt", "--store", str(tmp_path / "file" / "store"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr
