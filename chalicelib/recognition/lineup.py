"""Who answers under which name, heads and rollouts taken into account."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.errors import UnknownModel, UnknownVersion
from chalicelib.recognition.drawing import Drawing
from chalicelib.recognition.heads import TRAINED_SUFFIX, Heads, Variant, variants_of
from chalicelib.recognition.manifest import ALL_MODELS
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.rollout import Mode, Rollout, Rollouts

LIVE_SUFFIX = "-live"
CANDIDATE_SUFFIX = "-candidate"


class Pair(NamedTuple):
    """A rollout and the two versions that it is about, each under the model's own name."""

    rollout: Rollout
    live: Variant
    candidate: Variant

    def named(self) -> dict[str, Variant]:
        """Return both under names of their own, by which each can always be asked."""
        model = self.rollout.model
        both = {model + LIVE_SUFFIX: self.live, model + CANDIDATE_SUFFIX: self.candidate}
        return {name: variant._replace(name=name) for name, variant in both.items()}


class Lineup:
    """The variants that answer from one change of heads or rollouts to the next.

    live: every way in which the live versions answer by its name, the default first.
    variants: the same, with the candidates that are promoted in the place of their models.
    pairs: by the names of their models.
    """

    def __init__(self, registry: ModelRegistry, heads: Heads, rollouts: Rollouts) -> None:
        self.live = variants_of(registry, heads)
        self.pairs = {
            name: Pair(rollout, self.live[name], _as_trained(registry.candidates[name]))
            for name, rollout in rollouts.items()
        }
        self._named = {
            name: variant for pair in self.pairs.values() for name, variant in pair.named().items()
        }
        self.variants = dict(self.live)
        for name, pair in self.pairs.items():
            if pair.rollout.mode is Mode.PROMOTED:
                self.variants[name] = pair.candidate
                self.variants.pop(name + TRAINED_SUFFIX, None)

    def answering(self, drawing: Drawing) -> Mapping[str, Variant]:
        """Return who answers a drawing by the names of `variants`."""
        if not self.pairs:
            return self.variants
        taken = {
            name: pair.candidate for name, pair in self.pairs.items() if pair.rollout.takes(drawing)
        }
        return {**self.variants, **taken}

    def asked(self, model: str, answering: Mapping[str, Variant]) -> tuple[Variant, ...]:
        """Return who is asked by a name, or each of `answering` for "all". Raises UnknownModel."""
        if model == ALL_MODELS:
            return tuple(answering.values())
        return (self.one(model, answering),)

    def version(self, model: str, version: str | None) -> Variant:
        """Return who answers for one of `versions`, the first where none is asked for.

        Raises UnknownModel, UnknownVersion.
        """
        versions = self.versions(model)
        if version is None:
            return next(iter(versions.values()))
        try:
            return versions[version]
        except KeyError:
            raise UnknownVersion(model, version, tuple(versions)) from None

    def versions(self, model: str) -> dict[str, Variant]:
        """Return how a model answers by version, first as it does where no version is asked for.

        The others are an adapted model as it was trained and, of a rollout, the live version and
        the candidate: whoever asks by a version gets the same answers whatever comes. Raises
        UnknownModel.
        """
        found = [self.one(model, self.variants)]
        if trained := self.variants.get(model + TRAINED_SUFFIX):
            found.append(trained)
        if pair := self.pairs.get(model):
            found += [pair.live, pair.candidate]
        return {variant.version: variant for variant in found}

    def one(self, model: str, answering: Mapping[str, Variant]) -> Variant:
        """Return who answers by a name, which "all" is not. Raises UnknownModel."""
        known = {**self._named, **answering}
        if model not in known:
            raise UnknownModel(model, (*answering, *self._named))
        return known[model]


def _as_trained(entry: ModelEntry) -> Variant:
    return Variant(entry.name, entry, None, entry.figures)
