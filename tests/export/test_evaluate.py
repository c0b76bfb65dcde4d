"""Published figures are measured through the serving code and must hold."""

import json
import shutil
from pathlib import Path

import pytest

from chalicelib.recognition.manifest import sealed
from export.command import MODELS_FOLDER
from export.evaluate import FIGURE, Score
from tests.export.commands import run_export


def test_the_published_figures_hold_on_the_real_test_images(real_mnist: Path) -> None:
    done = run_export("evaluate", "--data", str(real_mnist))
    assert done.returncode == 0, done.stderr
    models = json.loads((MODELS_FOLDER / "manifest.json").read_bytes())["models"]
    for model in models:
        correct = model["figures"][FIGURE]["correct"]
        assert f"{model['name']} {model['version']}: {correct} of 10000 right" in done.stdout


def test_a_figure_that_does_not_hold_ends_with_status_1(small_mnist: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(MODELS_FOLDER, folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for model in manifest["models"]:
        model["figures"][FIGURE] = {"drawings": 60, "correct": 61, "accuracy": 1.0}
    (folder / "manifest.json").write_text(json.dumps(sealed(manifest)))
    done = run_export("evaluate", "--from", str(folder), "--data", str(small_mnist))
    assert done.returncode == 1
    assert "the manifest states 61 of 60 right" in done.stderr


def test_a_figure_about_other_drawings_does_not_hold(small_mnist: Path) -> None:
    done = run_export("evaluate", "cnn", "--data", str(small_mnist))
    assert done.returncode == 1
    assert "of 10000 right" in done.stderr


def test_an_unknown_model_is_one_line_and_status_2(small_mnist: Path) -> None:
    done = run_export("evaluate", "nobody", "--data", str(small_mnist))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: There is no model 'nobody'; there are cnn, perceptron."
    ]


@pytest.mark.parametrize(
    ("correct", "drawings", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)],
)
def test_the_interval_is_wilsons(correct: int, drawings: int, low: float, high: float) -> None:
    """Compared with the table of Newcombe 1998, method 3."""
    assert Score(drawings, correct).interval() == pytest.approx((low, high), abs=5e-5)
