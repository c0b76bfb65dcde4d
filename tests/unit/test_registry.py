"""A model is served only if it is the one that the manifest names, and made for this code."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.candidates import add_candidate, answering
from chalicelib.errors import UnknownModel, UnusableModel
from chalicelib.recognition.manifest import MANIFEST, sealed
from chalicelib.recognition.normalise import normalise_strokes
from chalicelib.recognition.registry import ModelRegistry
from tests.unit.digits import DIGITS

PUBLISHED = Path(__file__).parents[2] / "chalicelib" / "models"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a copy of the published models, free to be damaged."""
    return Path(shutil.copytree(PUBLISHED, tmp_path / "models"))


def edit_manifest(models: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = models / MANIFEST
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_text(json.dumps(sealed(manifest)))


def test_the_published_models_are_sound() -> None:
    registry = ModelRegistry.load(PUBLISHED)
    assert set(registry.names) >= {"cnn", "perceptron"}
    assert registry.names[0] == registry.default
    pictures = np.stack([normalise_strokes(strokes) for strokes in DIGITS.values()])
    for name in registry.names:
        entry = registry.entry(name)
        outputs = registry.model(name).run(pictures)
        assert outputs.logits.shape == (3, len(entry.labels) + 1)
        assert len(outputs.features) == 3
        metadata = registry.model(name).metadata
        assert json.loads(metadata["inkling.labels"]) == list(entry.labels)
        assert metadata["inkling.normalisation"] == entry.normalisation
        assert metadata["inkling.family"] == entry.family


def test_a_damaged_file_is_refused_by_name(models: Path) -> None:
    registry = ModelRegistry.load(models)
    file = models / registry.entry("cnn").file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(UnusableModel, match=file.name):
        registry.model("cnn")
    assert registry.model("perceptron").classes == 11


def test_a_missing_file_is_refused_by_name(models: Path) -> None:
    registry = ModelRegistry.load(models)
    (models / registry.entry("cnn").file).unlink()
    with pytest.raises(UnusableModel, match=registry.entry("cnn").file):
        registry.model("cnn")


def test_a_file_that_onnxruntime_cannot_open_is_refused(models: Path) -> None:
    (models / "noise.onnx").write_bytes(b"noise")

    def point_at_noise(manifest: dict[str, Any]) -> None:
        sha256 = hashlib.sha256(b"noise").hexdigest()
        manifest["models"][0].update(file="noise.onnx", sha256=sha256, version=sha256[:8])

    edit_manifest(models, point_at_noise)
    registry = ModelRegistry.load(models)
    with pytest.raises(UnusableModel, match=r"noise\.onnx"):
        registry.model(json.loads((models / MANIFEST).read_bytes())["models"][0]["name"])


def test_a_model_made_under_another_normalisation_is_refused(models: Path) -> None:
    edit_manifest(models, lambda manifest: manifest["models"][0].update(normalisation="0"))
    with pytest.raises(UnusableModel, match="normalisation 0"):
        ModelRegistry.load(models)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 0),
        ("temperature", "0.6"),
        ("temperature", 10**400),
        ("thresholds", {"digit": 0.7, "recognized": 1.5}),
        ("thresholds", {"digit": True, "recognized": 0.9}),
        ("labels", ["0"] * 10),
        ("labels", "0123456789"),
        ("file", "../models/manifest.json"),
        ("file", "a\0b"),
        ("gold", {"file": "/etc/passwd", "sha256": "0" * 64, "drawings": 1}),
        ("sha256", None),
        ("name", "perceptron"),
        ("name", "all"),
        ("version", "01234567"),
    ],
)
def test_a_field_that_cannot_be_is_refused(models: Path, field: str, value: object) -> None:
    edit_manifest(models, lambda manifest: manifest["models"][0].update({field: value}))
    with pytest.raises(UnusableModel, match=MANIFEST):
        ModelRegistry.load(models)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", 0),
        ("file", "../models/manifest.json"),
        ("gold", {"file": "/etc/passwd", "sha256": "0" * 64, "drawings": 1}),
        ("version", "01234567"),
        ("name", "perceptron"),
        ("labels", list("9876543210")),
        ("normalisation", "0"),
        ("candidate", {}),
        (None, []),
        (None, "cnn"),
        (None, {}),
    ],
)
def test_a_candidate_that_could_not_answer_for_its_model_is_refused(
    models: Path, field: str | None, value: object
) -> None:
    add_candidate(models, answering(4))

    def change(manifest: dict[str, Any]) -> None:
        model = manifest["models"][0]
        model["candidate"] = {**model["candidate"], field: value} if field else value

    edit_manifest(models, change)
    with pytest.raises(UnusableModel, match="candidate of model 1"):
        ModelRegistry.load(models)


def test_a_model_is_no_candidate_of_itself(models: Path) -> None:
    edit_manifest(models, lambda m: m["models"][0].update(candidate=dict(m["models"][0])))
    with pytest.raises(UnusableModel, match="is the model itself"):
        ModelRegistry.load(models)


def test_a_candidate_is_found_beside_its_model_and_opened_when_it_is_asked_for(
    models: Path,
) -> None:
    version = add_candidate(models, answering(4))
    registry = ModelRegistry.load(models)
    candidate = registry.candidates["cnn"]
    assert candidate.version == version != registry.entry("cnn").version
    assert registry.network(candidate) is not registry.model("cnn")
    assert registry.network(candidate) is registry.network(candidate)
    other = ModelRegistry.load(models)
    (models / candidate.file).write_bytes(b"damaged")
    assert other.model("cnn").classes == 11
    with pytest.raises(UnusableModel, match=candidate.file):
        other.network(candidate)


def test_a_manifest_that_was_changed_is_refused_however_plausible_it_is(models: Path) -> None:
    """A damaged digit of a threshold changes what is answered as a damaged network does."""
    path = models / MANIFEST
    text = path.read_text()
    path.write_text(text.replace('"recognized": 0.97', '"recognized": 0.07'))
    with pytest.raises(UnusableModel, match=r"manifest\.json: was changed"):
        ModelRegistry.load(models)
    path.write_text(json.dumps(json.loads(text), sort_keys=True))
    assert ModelRegistry.load(models).default == "cnn"


def test_labels_in_another_order_than_the_file_says_are_refused(models: Path) -> None:
    edit_manifest(models, lambda manifest: manifest["models"][0]["labels"].reverse())
    registry = ModelRegistry.load(models)
    with pytest.raises(UnusableModel, match=r"onnx: has labels"):
        registry.model(registry.default)


def test_labels_that_do_not_fit_the_outputs_are_refused(models: Path) -> None:
    edit_manifest(models, lambda manifest: manifest["models"][0].update(labels=["0", "1"]))
    registry = ModelRegistry.load(models)
    first = json.loads((models / MANIFEST).read_bytes())["models"][0]["name"]
    with pytest.raises(UnusableModel, match="outputs"):
        registry.model(first)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": 1, "default": "cnn", "models": [{}]}', '{"models": 3}'],
)
def test_a_manifest_that_is_none_is_refused_by_name(models: Path, text: str) -> None:
    (models / MANIFEST).write_text(text)
    with pytest.raises(UnusableModel, match=MANIFEST):
        ModelRegistry.load(models)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match=MANIFEST):
        ModelRegistry.load(tmp_path)


def test_a_default_that_is_not_published_is_refused(models: Path) -> None:
    edit_manifest(models, lambda manifest: manifest.update(default="rnn"))
    with pytest.raises(UnusableModel, match="rnn"):
        ModelRegistry.load(models)


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(UnknownModel, match="cnn, perceptron"):
        ModelRegistry.load(PUBLISHED).entry("rnn")
