"""The published models: what the manifest says of them, and the networks behind it.

A damaged ONNX file often still loads and answers plausibly, so nothing is opened before its
bytes match the sha256 in the manifest.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from chalicelib.errors import UnknownModel, UnusableModel
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.manifest import CANDIDATE, MANIFEST, parse_manifest
from chalicelib.recognition.normalise import NORMALISATION_VERSION

SETS = ("gold", "replay")


class Thresholds(NamedTuple):
    """Where an answer turns from one status into the next, as probabilities in [0, 1].

    digit: the drawing is no digit when all digits together are less probable than this.
    recognized: the answer is unsure when the best digit is less probable than this.
    """

    digit: float
    recognized: float


class SetFile(NamedTuple):
    """A gold or replay set beside a model; only an adaptation reads it, never a request."""

    file: str
    sha256: str
    drawings: int


class ModelEntry(NamedTuple):
    """What the manifest says of one published model.

    gold, replay: None where the sets were never made; such a model is served but not adapted.
    """

    name: str
    family: str
    version: str
    file: str
    sha256: str
    normalisation: str
    labels: tuple[str, ...]
    weights: int
    size_bytes: int
    temperature: float
    thresholds: Thresholds
    figures: Mapping[str, Any]
    trained: Mapping[str, Any]
    gold: SetFile | None = None
    replay: SetFile | None = None


class ModelRegistry:
    """The models of one folder, each opened at its first use and kept.

    A model may have a candidate, a second version of it; nobody who asks for a model meets that.
    """

    def __init__(
        self,
        directory: Path,
        entries: tuple[ModelEntry, ...],
        default: str,
        candidates: tuple[ModelEntry, ...] = (),
    ) -> None:
        self._directory = directory
        self._entries = {entry.name: entry for entry in entries}
        self._candidates = {entry.name: entry for entry in candidates}
        self._opened: dict[tuple[str, str], Classifier] = {}
        self._lock = Lock()
        self.default = default

    @classmethod
    def load(cls, directory: Path) -> "ModelRegistry":
        """Read a folder's manifest. Raises UnusableModel that names the file at fault."""
        path = directory / MANIFEST
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UnusableModel(str(path), f"cannot be read ({error.strerror})") from error
        manifest = parse_manifest(data, str(path))
        models = manifest["models"]
        beside = [model[CANDIDATE] for model in models if model.get(CANDIDATE)]
        entries, candidates = (tuple(map(parse_entry, found)) for found in (models, beside))
        registry = cls(directory, entries, manifest["default"], candidates)
        registry._require_normalisation()
        return registry

    def _require_normalisation(self) -> None:
        for entry in self._entries.values():
            if entry.normalisation != NORMALISATION_VERSION:
                raise UnusableModel(
                    entry.file,
                    f"was made under normalisation {entry.normalisation}, "
                    f"this is {NORMALISATION_VERSION}",
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all models, the default first."""
        return (self.default, *(name for name in self._entries if name != self.default))

    def entry(self, name: str) -> ModelEntry:
        """Return what the manifest says of a model. Raises UnknownModel."""
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownModel(name, self.names) from None

    @property
    def candidates(self) -> Mapping[str, ModelEntry]:
        """What the manifest says of the candidates, by the names of their models."""
        return self._candidates

    def model(self, name: str) -> Classifier:
        """Return the network of a model. Raises UnknownModel, UnusableModel."""
        return self.network(self.entry(name))

    def network(self, entry: ModelEntry) -> Classifier:
        """Return the network of a model or a candidate. Raises UnusableModel."""
        key = entry.name, entry.version
        with self._lock:
            if key not in self._opened:
                self._opened[key] = self._open(entry)
            return self._opened[key]

    def read(self, file: str, sha256: str) -> bytes:
        """Return a file of the folder. Raises UnusableModel where its bytes have another sha256."""
        try:
            data = (self._directory / file).read_bytes()
        except OSError as error:
            raise UnusableModel(file, f"cannot be read ({error.strerror})") from error
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise UnusableModel(file, f"has sha256 {found}, the manifest {sha256}")
        return data

    def _open(self, entry: ModelEntry) -> Classifier:
        classifier = Classifier(self.read(entry.file, entry.sha256), entry.file)
        if classifier.classes != len(entry.labels) + 1:
            raise UnusableModel(entry.file, f"has {classifier.classes} outputs for its labels")
        _require_alike(classifier.metadata, entry)
        return classifier


def _require_alike(metadata: Mapping[str, str], entry: ModelEntry) -> None:
    """Raise UnusableModel where what a file says of itself is not what the manifest says."""
    for what, said in (
        ("labels", json.dumps(entry.labels)),
        ("normalisation", entry.normalisation),
        ("family", entry.family),
    ):
        found = metadata.get(f"inkling.{what}", said)
        if found != said:
            raise UnusableModel(entry.file, f"has {what} {found}, the manifest {said}")


def parse_entry(entry: Mapping[str, Any]) -> ModelEntry:
    """Build an entry from its JSON object, which is sound."""
    known = {name: entry[name] for name in ModelEntry._fields if name not in SETS}
    for name in SETS:
        known[name] = SetFile(**entry[name]) if entry.get(name) else None
    known["labels"] = tuple(entry["labels"])
    known["thresholds"] = Thresholds(**entry["thresholds"])
    return ModelEntry(**known)
