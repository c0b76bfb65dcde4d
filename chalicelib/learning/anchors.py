"""What holds an adaptation fast: the gold set that judges it, the replay set fitted beside it.

Both lie beside each model as features, so that neither pictures nor the network are needed.
Neither ever holds feedback. `export.anchors` makes them.
"""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import UnusableModel
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.registry import ModelEntry, ModelRegistry, SetFile

Targets = NDArray[np.int64]
LEVELS = 255  # each feature is kept in one byte


@dataclass(frozen=True, slots=True)
class Anchors:
    """Drawings as one model's features, with what they show.

    features: array of shape (n, d), float32.
    targets: array of shape (n,), int64, the index of a label, or k - 1 for what is no digit.
    weights, bias: the last layer as shipped, shapes (d, k) and (k,), float32.
    """

    features: Picture
    targets: Targets
    weights: Picture
    bias: Picture

    def encode(self) -> bytes:
        """Return a compressed npz file, the same bytes for the same content."""
        low = self.features.min(axis=0)
        step = (self.features.max(axis=0) - low) / np.float32(LEVELS)
        step = np.where(step > 0, step, np.float32(1))
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            features=np.rint((self.features - low) / step).astype(np.uint8),
            low=low,
            step=step.astype(np.float32),
            targets=self.targets.astype(np.uint8),
            weights=self.weights,
            bias=self.bias,
        )
        return buffer.getvalue()

    @classmethod
    def decode(cls, data: bytes, file: str) -> "Anchors":
        """Read what `encode` wrote; `file` names it in errors. Raises UnusableModel."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as content:
                features = content["features"] * content["step"] + content["low"]
                found = cls(
                    features.astype(np.float32, copy=False),
                    content["targets"].astype(np.int64),
                    content["weights"],
                    content["bias"],
                )
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise UnusableModel(file, f"is no gold or replay set ({error!r})") from error
        found._require_sound(file)
        return found

    def _require_sound(self, file: str) -> None:
        (n, d), k = self.features.shape, len(self.bias)
        if self.targets.shape != (n,) or self.weights.shape != (d, k) or not n:
            raise UnusableModel(
                file,
                f"holds features {self.features.shape}, targets {self.targets.shape}, "
                f"weights {self.weights.shape} and a bias of {k}, which do not fit",
            )
        if self.targets.max() >= k or not all(
            np.isfinite(a).all() for a in (self.features, self.weights, self.bias)
        ):
            raise UnusableModel(file, "holds targets or numbers that cannot be")


def load_anchors(registry: ModelRegistry, name: str) -> tuple[Anchors, Anchors]:
    """Return the gold and the replay set of a model. Raises UnknownModel, UnusableModel."""
    return anchors_of(registry, registry.entry(name))


def anchors_of(registry: ModelRegistry, entry: ModelEntry) -> tuple[Anchors, Anchors]:
    """Return the gold and the replay set of a model or a candidate. Raises UnusableModel."""
    gold, replay = _load(registry, entry, entry.gold), _load(registry, entry, entry.replay)
    same = all(np.array_equal(getattr(gold, of), getattr(replay, of)) for of in ("weights", "bias"))
    if not same or len(gold.weights) != registry.network(entry).features:
        raise UnusableModel(
            entry.file, "has a gold or replay set beside it that was made with another model"
        )
    return gold, replay


def _load(registry: ModelRegistry, entry: ModelEntry, file: SetFile | None) -> Anchors:
    if file is None:
        raise UnusableModel(
            entry.file, "has no gold and replay set beside it; make them: python -m export.anchors"
        )
    anchors = Anchors.decode(registry.read(file.file, file.sha256), file.file)
    if len(anchors.targets) != file.drawings or len(anchors.bias) != len(entry.labels) + 1:
        raise UnusableModel(
            file.file,
            f"holds {len(anchors.targets)} drawings of {len(anchors.bias)} classes, not what "
            "the manifest says",
        )
    return anchors
