"""Models as they answer: as trained, or with a last layer that feedback has taught them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.recognition.classifier import Outputs
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.registry import ModelEntry, ModelRegistry

TRAINED_SUFFIX = "-trained"


@dataclass(frozen=True, slots=True, eq=False)
class PromotedHead:
    """A last layer that stands in for a model's own: logits = features @ weights + bias.

    weights: array of shape (d, k), float32. bias: array of shape (k,), float32.
    origin: what it was fitted to, by which round, when, as `GET /v1/models` shows it.
    figures, trained_figures: measured with it, and with the model's own, by data set.
    """

    version: str
    weights: Picture
    bias: Picture
    origin: Mapping[str, str]
    figures: Mapping[str, Any]
    trained_figures: Mapping[str, Any]


Heads = Mapping[str, PromotedHead]  # by the name of the model; one without answers as trained
HeadSource = Callable[[], Heads]

SHIPPED: Heads = {}


class Variant(NamedTuple):
    """One way in which a published model answers.

    name: of the model; with the suffix where it is the model as trained beside an adapted one.
    head: stands in for the model's own last layer; None: as trained.
    figures: measured, by data set.
    """

    name: str
    entry: ModelEntry
    head: PromotedHead | None
    figures: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The model's version and, where it is adapted, its head's."""
        version = self.entry.version
        return f"{version}+{self.head.version}" if self.head else version

    def logits(self, outputs: Outputs) -> Picture:
        """Return the logits, shape (n, k), for what the network says of n pictures."""
        if self.head is None:
            return outputs.logits
        logits: Picture = outputs.features @ self.head.weights + self.head.bias
        return logits


def variants_of(registry: ModelRegistry, heads: Heads) -> dict[str, Variant]:
    """Return every way to answer by its name, the default first, adapted before as trained."""
    variants = {}
    for name in registry.names:
        entry, head = registry.entry(name), heads.get(name)
        if head is None:
            variants[name] = Variant(name, entry, None, entry.figures)
            continue
        trained = name + TRAINED_SUFFIX
        variants[name] = Variant(name, entry, head, head.figures)
        variants[trained] = Variant(trained, entry, None, {**entry.figures, **head.trained_figures})
    return variants
