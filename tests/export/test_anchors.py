"""Publishing puts gold and replay sets beside a model, and removes those of the one before."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="needs the training environment: make train-env")

from chalicelib.learning.anchors import load_anchors
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.registry import SETS, ModelRegistry
from export.anchors import gold_and_replay, make_sets
from export.command import MODELS_FOLDER
from export.drawn import NONE_LABEL
from export.published import write_model
from tests.export.commands import run_export


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a copy of the published models."""
    return Path(shutil.copytree(MODELS_FOLDER, tmp_path / "models"))


def test_the_command_makes_the_same_sets_anew(models: Path, small_mnist: Path) -> None:
    folder = small_mnist.parent / "data"
    folder.mkdir(exist_ok=True)
    shutil.copytree(small_mnist, folder / "mnist", dirs_exist_ok=True)
    seen = []
    for _ in range(2):
        done = run_export("anchors", "--data", str(folder), "--models", str(models))
        assert done.returncode == 0, done.stderr
        registry = ModelRegistry.load(models)
        gold, replay = load_anchors(registry, "cnn")
        seen.append((gold.encode(), replay.encode(), (models / MANIFEST).read_bytes()))
        assert 60 < len(gold.targets) < 100  # 60 held-out digits, and scribbles
    assert seen[0] == seen[1]


def test_gold_and_replay_share_no_digit(small_mnist: Path) -> None:
    """Made-up drawings may fall together: a blot is a blot."""
    seen = [
        {picture.tobytes() for picture in examples.pictures[examples.targets != NONE_LABEL]}
        for examples in gold_and_replay(small_mnist, None).values()
    ]
    assert all(seen)
    assert not seen[0] & seen[1]


def test_a_published_model_brings_its_sets_and_takes_the_old_ones_away(
    models: Path, small_mnist: Path
) -> None:
    entry = next(
        model
        for model in json.loads((models / MANIFEST).read_bytes())["models"]
        if model["name"] == "cnn"
    )
    content = (models / entry["file"]).read_bytes()
    old = [entry["file"], *(entry[name]["file"] for name in SETS)]
    sets = make_sets(content, "cnn-new", gold_and_replay(small_mnist, None))
    new = {
        **entry,
        "file": "cnn-new.onnx",
        **{
            name: {
                "file": made.entry.file,
                "sha256": made.entry.sha256,
                "drawings": made.entry.drawings,
            }
            for name, made in sets.items()
        },
    }
    beside = {made.entry.file: made.content for made in sets.values()}
    write_model(models, content, new, beside, default=True)
    load_anchors(ModelRegistry.load(models), "cnn")
    assert not any((models / file).exists() for file in old)
    load_anchors(ModelRegistry.load(models), "perceptron")
