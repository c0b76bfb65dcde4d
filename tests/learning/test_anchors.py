"""Gold and replay sets are read only as they were made, and a request never reads them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from chalicelib.errors import UnusableModel
from chalicelib.learning.anchors import Anchors, load_anchors
from chalicelib.recognition.manifest import MANIFEST, sealed
from chalicelib.recognition.registry import SETS, ModelRegistry
from tests.unit.digits import DIGITS

PUBLISHED = Path(__file__).parents[2] / "chalicelib" / "models"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a copy of the published models, free to be damaged."""
    return Path(shutil.copytree(PUBLISHED, tmp_path / "models"))


def make_anchors(classes: int = 3) -> Anchors:
    rng = np.random.default_rng(4)
    return Anchors(
        rng.uniform(-1, 3, (50, 5)).astype(np.float32),
        rng.integers(classes, size=50),
        rng.normal(size=(5, classes)).astype(np.float32),
        rng.normal(size=classes).astype(np.float32),
    )


def test_every_published_model_has_sets_that_the_shipped_head_answers_well() -> None:
    registry = ModelRegistry.load(PUBLISHED)
    for name in registry.names:
        classes = len(registry.entry(name).labels) + 1
        for anchors in load_anchors(registry, name):
            assert set(anchors.targets) == set(range(classes))
            logits = anchors.features @ anchors.weights + anchors.bias
            assert (logits.argmax(axis=1) == anchors.targets).mean() > 0.95


def test_the_sets_of_a_model_stay_small() -> None:
    registry = ModelRegistry.load(PUBLISHED)
    for name in registry.names:
        entry = registry.entry(name)
        files = [file.file for file in (entry.gold, entry.replay) if file]
        assert sum((PUBLISHED / file).stat().st_size for file in files) <= 1_500_000


def test_a_set_survives_its_file_to_a_byte_a_feature() -> None:
    anchors = make_anchors()
    again = Anchors.decode(anchors.encode(), "a.npz")
    np.testing.assert_allclose(again.features, anchors.features, atol=4 / 255 / 2 + 1e-6)
    np.testing.assert_array_equal(again.targets, anchors.targets)
    np.testing.assert_array_equal(again.weights, anchors.weights)
    assert again.encode() == Anchors.decode(again.encode(), "a.npz").encode()
    assert anchors.encode() == anchors.encode()


def test_a_damaged_set_is_refused_by_name_and_the_model_still_served(models: Path) -> None:
    registry = ModelRegistry.load(models)
    gold = registry.entry("cnn").gold
    assert gold is not None
    data = bytearray((models / gold.file).read_bytes())
    data[len(data) // 2] ^= 1
    (models / gold.file).write_bytes(data)
    with pytest.raises(UnusableModel, match=gold.file):
        load_anchors(registry, "cnn")
    pictures = np.zeros((len(DIGITS), 28, 28), np.float32)
    assert len(registry.model("cnn").run(pictures).logits) == len(DIGITS)


@pytest.mark.parametrize("sets", [["gold"], ["replay"], ["gold", "replay"]])
def test_sets_of_another_model_are_refused(models: Path, sets: list[str]) -> None:
    manifest = json.loads((models / MANIFEST).read_bytes())
    one, other = manifest["models"]
    for name in sets:
        one[name], other[name] = other[name], one[name]
    (models / MANIFEST).write_text(json.dumps(sealed(manifest)))
    with pytest.raises(UnusableModel, match="another model"):
        load_anchors(ModelRegistry.load(models), one["name"])


def test_a_model_without_sets_is_served_and_says_how_to_make_them(models: Path) -> None:
    manifest = json.loads((models / MANIFEST).read_bytes())
    for entry in manifest["models"]:
        for name in SETS:
            del entry[name]
    (models / MANIFEST).write_text(json.dumps(sealed(manifest)))
    registry = ModelRegistry.load(models)
    registry.model("cnn")
    with pytest.raises(UnusableModel, match=r"python -m export\.anchors"):
        load_anchors(registry, "cnn")


@pytest.mark.parametrize("content", [b"", b"noise", b"PK\x03\x04 cut"])
def test_bytes_that_are_no_set_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(UnusableModel, match=r"cut\.npz"):
        Anchors.decode(content, "cut.npz")


def test_a_set_whose_parts_do_not_fit_is_refused() -> None:
    good = make_anchors()
    bad = Anchors(good.features, good.targets[:-1], good.weights, good.bias)
    with pytest.raises(UnusableModel, match="do not fit"):
        Anchors.decode(bad.encode(), "a.npz")
    bad = Anchors(good.features, good.targets, good.weights, good.bias * np.float32(np.inf))
    with pytest.raises(UnusableModel, match="cannot be"):
        Anchors.decode(bad.encode(), "a.npz")
