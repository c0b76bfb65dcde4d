"""The published perceptron with a part of its gold and replay sets: a round takes an instant."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

from chalicelib.learning.anchors import load_anchors
from chalicelib.recognition.manifest import MANIFEST, sealed
from chalicelib.recognition.registry import SETS, ModelRegistry
from export.command import MODELS_FOLDER

MODEL = "perceptron"


def thinned(folder: Path, every: int = 4) -> ModelRegistry:
    """Return it, made in a new folder, with one drawing of so many. Raises UnusableModel."""
    shutil.copytree(MODELS_FOLDER, folder)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (entry,) = (model for model in manifest["models"] if model["name"] == MODEL)
    whole = load_anchors(ModelRegistry.load(folder), MODEL)
    for name, anchors in zip(SETS, whole, strict=True):
        few = replace(anchors, features=anchors.features[::every], targets=anchors.targets[::every])
        data = few.encode()
        (folder / entry[name]["file"]).write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        entry[name] |= {"sha256": sha256, "drawings": len(few.targets)}
    manifest |= {"default": MODEL, "models": [entry]}
    (folder / MANIFEST).write_text(json.dumps(sealed(manifest)))
    return ModelRegistry.load(folder)
