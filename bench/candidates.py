"""Candidates to try: a published model with another last layer, a real ONNX file of its own."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from chalicelib.learning.anchors import Anchors, load_anchors
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.registry import SETS, ModelRegistry
from export.command import MODELS_FOLDER
from export.published import write_candidate

MODEL = "cnn"
SURELY = 100.0  # added to a logit
LITTLE = 0.5  # standard deviation of what is added to each logit

Bias = Callable[[Picture], Picture]


def answering(label: int) -> Bias:
    """Return what makes a model see one label in everything."""

    def change(bias: Picture) -> Picture:
        changed = bias.copy()
        changed[label] += np.float32(SURELY)
        return changed

    return change


def shaken(seed: int, by: float = LITTLE) -> Bias:
    """Return what makes a model answer a little otherwise, as another training does."""
    rng = np.random.default_rng(seed)
    return lambda bias: (bias + rng.normal(0, by, bias.shape)).astype(np.float32)


def broken(bias: Picture) -> Picture:
    """Make a model whose answers are no numbers."""
    return np.full_like(bias, np.nan)


def copy_with_candidate(
    folder: Path, change: Bias, model: str = MODEL, source: Path = MODELS_FOLDER
) -> ModelRegistry:
    """Copy the published models into a new folder, and put a candidate beside one of them.

    change: makes the bias of its last layer, shape (k,), from that of the model. Raises
    UnusableModel.
    """
    shutil.copytree(source, folder)
    add_candidate(folder, change, model)
    return ModelRegistry.load(folder)


def add_candidate(folder: Path, change: Bias, model: str = MODEL) -> str:
    """Put a candidate beside a model of a folder; return its version. Raises UnusableModel."""
    registry = ModelRegistry.load(folder)
    entry = registry.entry(model)
    anchors = load_anchors(registry, model)
    before, after = anchors[0].bias.tobytes(), change(anchors[0].bias)
    content = registry.read(entry.file, entry.sha256)
    if content.count(before) != 1:
        raise ValueError(f"{entry.file} holds its bias {content.count(before)} times")
    content = content.replace(before, after.tobytes())
    sha256 = hashlib.sha256(content).hexdigest()
    stem = f"{model}-{sha256[:8]}"
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (live,) = (each for each in manifest["models"] if each["name"] == model)
    told = {name: said for name, said in live.items() if name not in ("gate", "candidate")}
    told |= {"version": sha256[:8], "sha256": sha256, "file": f"{stem}.onnx"}
    files = {}
    for name, one in zip(SETS, anchors, strict=True):
        data = _with_bias(one, after)
        file = f"{stem}-{name}.npz"
        told[name] = live[name] | {"file": file, "sha256": hashlib.sha256(data).hexdigest()}
        files[file] = data
    write_candidate(folder, content, told, files)
    return sha256[:8]


def _with_bias(anchors: Anchors, bias: Picture) -> bytes:
    return replace(anchors, bias=bias).encode()
