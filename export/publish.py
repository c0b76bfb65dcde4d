"""Publish the best network of a training: export, calibrate, evaluate, write.

    python -m export.publish runs/cnn --name cnn --default
    python -m export.publish runs/cnn --name cnn --beside

A model that is worse than the one published under its name is refused, check by check; `--force`
publishes it all the same and writes down why. `--beside` lets the one that is published answer on,
with the new one as its candidate: `python -m export.rollout` tries that on real drawings.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import numpy as np

from chalicelib.limits import MAX_NAME_CHARACTERS
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.manifest import ALL_MODELS
from chalicelib.recognition.normalise import NORMALISATION_VERSION
from chalicelib.recognition.registry import ModelRegistry
from export.calibrate import Calibration, Scored, calibrate
from export.command import MODELS_FOLDER, run_command, training_environment
from export.datasets import Examples, build_validation, feedback_validation
from export.drawn import NONE_LABEL
from export.errors import InvalidOption
from export.evaluate import FIGURE, Score, score_model
from export.feedback.samples import load_feedback
from export.mnist import LABELS, load_mnist
from export.published import write_candidate, write_model
from export.replacement import require_no_worse

with training_environment():
    import torch

    from export.anchors import gold_and_replay, make_sets
    from export.onnx_export import count_weights, export_network, parity_pictures
    from export.run_folder import (
        HISTORY,
        Settings,
        load_best,
        read_feedback,
        read_settings,
    )

VERSION_CHARACTERS = 8


def main() -> None:
    """Run the command line."""
    arguments = _parse()
    settings = read_settings(arguments.run)
    name = checked_name(arguments.name or settings.family)
    data = arguments.data or Path(settings.data)
    drawings = arguments.drawings or (Path(settings.drawings) if settings.drawings else None)
    feedback = arguments.feedback or (Path(settings.feedback) if settings.feedback else None)
    held_out = feedback_validation(load_feedback(feedback)) if feedback else {}
    content, entry = prepare(arguments.run, name, data, drawings, held_out)
    gold = build_validation(data, drawings)
    gate = require_no_worse(arguments.models, content, entry, gold, held_out, arguments.force)
    entry |= {"gate": gate} if gate else {}
    sets = make_sets(content, Path(entry["file"]).stem, gold_and_replay(data, drawings))
    entry |= {of: made.entry._asdict() for of, made in sets.items()}
    files = {made.entry.file: made.content for made in sets.values()}
    if arguments.beside:
        write_candidate(arguments.models, content, entry, files)
    elif gone := write_model(arguments.models, content, entry, files, default=arguments.default):
        print(f"The candidate {gone} went with the model that it was beside.")
    print(_summary(entry))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.publish", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("run", type=Path, help="run folder of a training")
    parser.add_argument("--name", help="under which name (default: the network's family)")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--default", action="store_true", help="make it the default model")
    place.add_argument(
        "--beside", action="store_true", help="as the candidate of the one that answers on"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="MNIST (default: as in training)")
    parser.add_argument(
        "--drawings", type=Path, metavar="DIR", help="the drawings (default: as in training)"
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=MODELS_FOLDER,
        metavar="DIR",
        help="folder to publish into (default: the one that is served)",
    )
    parser.add_argument(
        "--feedback",
        type=Path,
        metavar="DATASET",
        help="whose held-out days judge it too (default: as in training)",
    )
    parser.add_argument("--force", metavar="REASON", help="publish it even if it is worse")
    return parser.parse_args()


def _summary(entry: Mapping[str, Any]) -> str:
    figure = entry["figures"][FIGURE]
    low, high = Score(figure["drawings"], figure["correct"]).interval()
    return (
        f"{entry['file']}: {entry['weights']} weights, {100 * figure['accuracy']:.2f} % of "
        f"{figure['drawings']} test images (95 %: {100 * low:.2f} to {100 * high:.2f})"
    )


def prepare(
    run: Path,
    name: str,
    data: Path,
    drawings: Path | None,
    held_out: Mapping[str, Examples] = MappingProxyType({}),
) -> tuple[bytes, dict[str, Any]]:
    """Return a run's ONNX file and its manifest entry, measured through the serving code.

    held_out: feedback to state figures of as well; it calibrates nothing.
    Raises UnusableRun, MissingData, DamagedData, ParityFailure.
    """
    settings, network, best = load_best(run)
    content = export_network(network, settings.family, parity_pictures(data))
    classifier = Classifier(content, name)
    validation = build_validation(data, drawings)
    scored = {set_name: _score(classifier, e) for set_name, e in validation.items()}
    calibration = calibrate(list(scored.values()))
    entry = describe(content, name, settings, calibration)
    scored |= {set_name: _score(classifier, e) for set_name, e in held_out.items()}
    entry["figures"] = {f"{k}_validation": _figure(_validate(v)) for k, v in scored.items()}
    entry["trained"] = _history(run, settings, best, list(validation))
    entry["figures"][FIGURE] = _figure(measure(content, entry, data))
    return content, entry


def checked_name(name: str) -> str:
    """Return a name that a model can have in requests and in files. Raises InvalidOption."""
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum()) or len(name) > MAX_NAME_CHARACTERS:
        raise InvalidOption(f"--name {name!r} must be of a-z, A-Z, 0-9, - and _.")
    if name == ALL_MODELS:
        raise InvalidOption(f"--name {ALL_MODELS} means every model; choose another.")
    return name


def describe(
    content: bytes, name: str, settings: Settings, calibration: Calibration
) -> dict[str, Any]:
    """Return a file's manifest entry without its figures and its history."""
    sha256 = hashlib.sha256(content).hexdigest()
    version = sha256[:VERSION_CHARACTERS]
    return {
        "name": name,
        "family": settings.family,
        "version": version,
        "file": f"{name}-{version}.onnx",
        "sha256": sha256,
        "normalisation": NORMALISATION_VERSION,
        "labels": list(LABELS),
        "weights": count_weights(content),
        "size_bytes": len(content),
        "temperature": calibration.temperature,
        "thresholds": calibration.thresholds._asdict(),
    }


def measure(content: bytes, entry: dict[str, Any], data: Path) -> Score:
    """Publish into a folder of its own and evaluate there, as it will be served."""
    with TemporaryDirectory() as folder:
        write_model(Path(folder), content, entry, default=True)
        registry = ModelRegistry.load(Path(folder))
        return score_model(registry, entry["name"], load_mnist(data, "test"))


def _score(classifier: Classifier, examples: Examples) -> Scored:
    return Scored(classifier.run(examples.pictures).logits, examples.targets)


def _validate(scored: Scored) -> Score:
    """Count the digits whose best digit is theirs, as `label` says it, and the rest found none."""
    best_digit = scored.logits[:, :NONE_LABEL].argmax(1)
    answer = np.where(scored.targets == NONE_LABEL, scored.logits.argmax(1), best_digit)
    return Score(len(scored.targets), int((answer == scored.targets).sum()))


def _figure(score: Score) -> dict[str, Any]:
    return {
        "drawings": score.drawings,
        "correct": score.correct,
        "accuracy": round(score.accuracy, 4),
    }


def _history(
    run: Path, settings: Settings, best: dict[str, Any], data: list[str]
) -> dict[str, Any]:
    history = json.loads((run / HISTORY).read_bytes())
    asked = asdict(settings)
    # What is said elsewhere, or of this machine alone.
    unsaid = {"family", "data", "drawings", "feedback", "dataset"}
    if not settings.hidden:
        unsaid |= {"hidden", "activation"}
    chosen = {name: value for name, value in asked.items() if name not in unsaid}
    return {
        **chosen,
        **({"averaged": best["averaged"]} if "averaged" in best else {}),
        **({"feedback": read_feedback(run)} if settings.feedback else {}),
        "best_epoch": best["epoch"],
        "seconds": round(sum(entry["seconds"] for entry in history)),
        "hardware": best["hardware"],
        "torch": str(torch.__version__),
        "data": data,
    }


if __name__ == "__main__":
    run_command(main)
