"""Make the gold and replay sets that lie beside each published model, as its features.

    python -m export.anchors --data data

Gold is what validates a training: no network learns from it, no feedback enters it. Replay is
a share of what trains. `export.publish` makes both with each model; this makes them anew for
models that are published already. The same data and model give the same bytes.
"""

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.learning.anchors import Anchors
from chalicelib.learning.candidates import features_of
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.manifest import MANIFEST, sealed
from chalicelib.recognition.registry import SETS, ModelRegistry, SetFile
from export.command import MODELS_FOLDER, add_all_data_option, run_command, training_environment
from export.datasets import Examples, build_replay, build_validation, joined
from export.files import write_json, write_whole

with training_environment():
    import onnx
    from onnx import numpy_helper


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A set's file and what the manifest says of it."""

    content: bytes
    entry: SetFile


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.anchors", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_all_data_option(parser)
    parser.add_argument(
        "--models", type=Path, default=MODELS_FOLDER, metavar="DIR", help="default: as served"
    )
    arguments = parser.parse_args()
    has_drawings = any((arguments.data / name).is_dir() for name in ("drawn", "not_digits"))
    examples = gold_and_replay(arguments.data / "mnist", arguments.data if has_drawings else None)
    registry = ModelRegistry.load(arguments.models)
    for name in registry.names:
        entry = registry.entry(name)
        content = registry.read(entry.file, entry.sha256)
        sets = make_sets(content, f"{entry.name}-{entry.version}", examples)
        write_sets(arguments.models, name, sets)
        sizes = ", ".join(f"{s.entry.drawings} in {len(s.content):,} bytes" for s in sets.values())
        print(f"{name} {entry.version}: gold and replay of {sizes}")


def gold_and_replay(mnist: Path, drawings: Path | None) -> dict[str, Examples]:
    """Return both sets as pictures. Raises MissingData, DamagedData."""
    gold = joined(list(build_validation(mnist, drawings).values()))
    return dict(zip(SETS, (gold, build_replay(mnist, drawings)), strict=True))


def make_sets(content: bytes, stem: str, examples: dict[str, Examples]) -> dict[str, NamedSet]:
    """Return the sets of a model from the bytes of its file; `stem` begins their names."""
    classifier = Classifier(content, stem)
    weights, bias = read_head(content)
    made = {}
    for name, of in examples.items():
        data = Anchors(features_of(classifier, of.pictures), of.targets, weights, bias).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        made[name] = NamedSet(data, SetFile(f"{stem}-{name}.npz", sha256, len(of.targets)))
    return made


def read_head(content: bytes) -> tuple[Picture, Picture]:
    """Return W, shape (d, k), and b, shape (k,), of the last layer of an ONNX file."""
    graph = onnx.load_from_string(content).graph
    (last,) = (node for node in graph.node if "logits" in node.output)
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    weights, bias = (numpy_helper.to_array(tensors[name]) for name in last.input[1:])
    return np.array(weights, np.float32), np.array(bias, np.float32)


def write_sets(folder: Path, name: str, sets: dict[str, NamedSet]) -> None:
    """Put the sets beside a published model; the manifest, replaced last, commits them."""
    path = folder / MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    for made in sets.values():
        write_whole(folder / made.entry.file, made.content)
    (entry,) = (model for model in manifest["models"] if model["name"] == name)
    entry |= {of: made.entry._asdict() for of, made in sets.items()}
    write_json(path, sealed(manifest))


if __name__ == "__main__":
    run_command(main)
