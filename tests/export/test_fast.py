"""The fast path learns, prints its figures, and changes pictures only lightly."""

import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from export.drawn import NONE_LABEL  # noqa: E402
from export.evaluate import Score  # noqa: E402
from export.fast import MADE_UP, STRENGTH, Run, build_fast_data, change_lightly, summarise  # noqa: E402
from tests.export.commands import run_export  # noqa: E402
from tests.export.small_data import draw_digits  # noqa: E402


def test_the_command_learns_and_prints_its_figures(small_mnist: Path) -> None:
    """Digits drawn from ten templates are easy; a tenth would be right by chance."""
    done = run_export("fast", "--data", str(small_mnist), "--seed", "5")
    assert done.returncode == 0, done.stderr
    hardware, reading, run, summary = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ threads, CPU \w+, (bfloat16|float32)", hardware)
    assert re.fullmatch(r"read and normalised in [\d.]+ s", reading)
    found = re.match(r"seed 5: ([\d.]+) % of 60 test images \((\d+) wrong\)", run)
    assert found is not None
    assert float(found[1]) == pytest.approx(100 * (1 - int(found[2]) / 60), abs=0.005)
    assert float(found[1]) > 80
    assert summary.startswith(f"{found[1]} % (n = 1), ")


def test_every_train_image_is_learned_from_and_what_is_none(small_mnist: Path) -> None:
    digits, others = build_fast_data(small_mnist, seed=1).pools
    assert digits.per_epoch == len(digits.examples.targets) == 300
    assert 0.9 * MADE_UP < others.per_epoch <= MADE_UP
    assert set(others.examples.targets.tolist()) == {NONE_LABEL}


def test_pictures_are_changed_but_remain_their_digits() -> None:
    """The ink stays within a pixel or two of where it was, and about as much of it."""
    digits = draw_digits(200, seed=3).pictures.astype(np.float32) / 255
    pictures = torch.from_numpy(digits)[:, None]
    changed, again = (
        change_lightly(pictures, STRENGTH, torch.Generator().manual_seed(1)) for _ in range(2)
    )
    assert torch.equal(changed, again)
    assert changed.shape == pictures.shape
    assert changed.min() >= 0
    assert changed.max() <= 1 + 1e-6
    assert (changed - pictures).abs().mean() > 0.01
    ink, ink_before = changed.sum((1, 2, 3)), pictures.sum((1, 2, 3))
    assert ((ink / ink_before - 1).abs() < 0.35).all()
    rows = torch.arange(28.0)
    for axis in (2, 3):
        moved = [(x.sum((1, 5 - axis)) @ rows) / x.sum((1, 2, 3)) for x in (pictures, changed)]
        assert ((moved[0] - moved[1]).abs() < 2.5).all()


@pytest.mark.parametrize(
    ("correct", "line"),
    [
        ([994], "99.40 % (n = 1), 45.0 s a run"),
        ([994, 996], "99.50 +- 0.14 % (n = 2), 45.0 s a run"),
    ],
)
def test_the_summary_states_mean_spread_number_and_seconds(correct: list[int], line: str) -> None:
    runs = [Run(seed, Score(1000, right), 40.0) for seed, right in enumerate(correct)]
    assert summarise(runs, reading_s=5.0) == line
