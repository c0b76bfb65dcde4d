"""A candidate head for one model: fitted to the lessons of a round, and judged."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.learning.adaptation import Fitted, Layer, fit_head
from chalicelib.learning.anchors import Anchors, Targets, load_anchors
from chalicelib.learning.gate import Judgement, Trial, judge_held_out, judge_on_gold, right
from chalicelib.learning.lessons import Lessons
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelEntry, ModelRegistry

BATCH = 512  # pictures; bounds the memory that a network takes
# Share of a replayed drawing's target that is what the shipped head answers, the rest its label:
# labels alone move the answers between digits and "none", the answers alone hold on to mistakes.
# After Li and Hoiem, Learning without Forgetting, 2016. Chosen on the validation part.
OWN_ANSWERS = 0.7


@dataclass(frozen=True, slots=True)
class Boldness:
    """How far a fit may go from the shipped head.

    weight: how many replayed drawings one drawing of the feedback counts for, at most; all
        feedback together counts no more than all that is replayed.
    pull: of `fit_head`.
    """

    weight: float
    pull: float


# The boldest that gold lets pass is taken. Chosen on writers of the validation part.
LADDER = (Boldness(4, 1e-4), Boldness(4, 1e-3), Boldness(1, 1e-3))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted head with what the gate says of it.

    gold, held_out: the answers of all three heads.
    """

    entry: ModelEntry
    layer: Layer
    boldness: Boldness
    fitted: Fitted
    judgement: Judgement
    gold: Trial
    held_out: Trial
    seconds: float

    def figures(self, *, trained: bool = False) -> dict[str, dict[str, float]]:
        """Return counts and accuracy of the candidate, or of the model as trained, by set."""
        found = {}
        for name, trial in (("gold", self.gold), ("held_out", self.held_out)):
            answers = right(trial.shipped if trained else trial.candidate, trial.targets)
            found[name] = {
                "drawings": len(answers),
                "correct": int(answers.sum()),
                "accuracy": round(float(answers.mean()), 4),
            }
        return found


def fit_candidate(
    registry: ModelRegistry, name: str, lessons: Lessons, current: Layer | None
) -> Candidate:
    """Fit and judge a head for a model.

    current: the promoted head, None where the model answers as shipped. Raises UnusableModel.
    """
    started = time.perf_counter()
    entry = registry.entry(name)
    gold, replay = load_anchors(registry, name)
    shipped = Layer(replay.weights, replay.bias)
    features = features_of(registry.model(name), lessons.pictures)
    targets = lessons.targets(entry.labels)
    taught = ~lessons.held_out
    for boldness in LADDER:
        fitted = _fit(entry, shipped, replay, (features[taught], targets[taught]), boldness)
        heads = (shipped, current or shipped, fitted.layer)
        on_gold = _trial(gold.features, gold.targets, heads)
        judgement = judge_on_gold(entry, on_gold)
        if judgement.promoted:
            break
    held_out = _trial(features[lessons.held_out], targets[lessons.held_out], heads)
    checks = judgement.checks + judge_held_out(entry, held_out).checks
    return Candidate(
        entry=entry,
        layer=fitted.layer,
        boldness=boldness,
        fitted=fitted,
        judgement=Judgement(checks),
        gold=on_gold,
        held_out=held_out,
        seconds=round(time.perf_counter() - started, 3),
    )


def features_of(classifier: Classifier, pictures: Picture) -> Picture:
    """Return the features of n pictures, shape (n, d), float32."""
    batches = [pictures[at : at + BATCH] for at in range(0, len(pictures), BATCH)]
    return np.concatenate([classifier.run(batch).features for batch in batches])


def _fit(
    entry: ModelEntry,
    shipped: Layer,
    replay: Anchors,
    taught: tuple[Picture, Targets],
    boldness: Boldness,
) -> Fitted:
    features, targets = taught
    weight = min(boldness.weight, len(replay.targets) / max(len(targets), 1))
    classes = len(entry.labels) + 1
    answers = probabilities_of(shipped.logits(replay.features), entry.temperature)
    replayed = OWN_ANSWERS * answers + (1 - OWN_ANSWERS) * _one_hot(replay.targets, classes)
    return fit_head(
        np.concatenate([replay.features, features]),
        np.concatenate([replayed, _one_hot(targets, classes)]),
        np.concatenate([np.ones(len(replay.targets)), np.full(len(targets), weight)]),
        shipped,
        boldness.pull,
        entry.temperature,
    )


def _trial(features: Picture, targets: Targets, heads: tuple[Layer, Layer, Layer]) -> Trial:
    shipped, current, candidate = (head.logits(features) for head in heads)
    return Trial(targets, shipped, current, candidate)


def _one_hot(targets: Targets, classes: int) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = np.eye(classes)[targets]
    return rows
