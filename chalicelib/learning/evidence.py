"""What the models as shipped say of feedback: the evidence by which it is judged.

Promoted heads are not asked: what feedback has taught must not decide which feedback to believe.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from chalicelib.errors import EmptyDrawing
from chalicelib.learning.filed import Card, Filed
from chalicelib.recognition.drawing import Picture, Points
from chalicelib.recognition.normalise import SIDE_PX, normalise
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelEntry, ModelRegistry

SAFE_SHARE = 0.25  # of the doubt that an answer without reserve may have
AT_ONCE = 256  # drawings; bounds what the networks take


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of feedback and what each model, the default first, makes of it.

    picture: array of shape (28, 28), float32 in [0, 1], what the models see; None where the
        drawing shows nothing.
    claimed: the probability of the label that it has by now.
    none: the probability that it is no digit.
    safe: whether all models say that label, far from any boundary.
    """

    card: Card
    picture: Picture | None = field(repr=False, compare=False)
    claimed: tuple[float, ...]
    none: tuple[float, ...]
    safe: bool


def gather(feedback: Iterable[Filed], registry: ModelRegistry) -> Iterator[Evidence]:
    """Yield the evidence on each piece of feedback, in order. Raises UnusableModel.

    Of the drawings one is held at a time: large ones take megabytes, and anybody sends hundreds.
    """
    seen = ((Card.of(filed), _picture(filed)) for filed in feedback)
    while some := list(islice(seen, AT_ONCE)):
        shown = np.stack([_blank() if picture is None else picture for _, picture in some])
        answers = [(registry.entry(n), _answers(registry, n, shown)) for n in registry.names]
        for i, (card, picture) in enumerate(some):
            yield _evidence(card, picture, [(entry, answer[i]) for entry, answer in answers])


def _evidence(
    card: Card, picture: Picture | None, answers: list[tuple[ModelEntry, Points]]
) -> Evidence:
    if picture is None:
        return Evidence(card, None, (), (), safe=False)
    claimed = tuple(_probability(card.label, entry, answer) for entry, answer in answers)
    bars = (1 - SAFE_SHARE * (1 - entry.thresholds.recognized) for entry, _ in answers)
    safe = all(p >= bar for p, bar in zip(claimed, bars, strict=True))
    return Evidence(card, picture, claimed, tuple(float(a[-1]) for _, a in answers), safe)


def _probability(label: str | None, entry: ModelEntry, answer: Points) -> float:
    """Return the probability of a label; 0 where the model does not know it."""
    if label is None:
        return float(answer[-1])
    return float(answer[entry.labels.index(label)]) if label in entry.labels else 0.0


def _answers(registry: ModelRegistry, name: str, pictures: Picture) -> Points:
    logits = registry.model(name).run(pictures).logits
    return probabilities_of(logits, registry.entry(name).temperature)


def _picture(filed: Filed) -> Picture | None:
    try:
        return normalise(filed.drawing)
    except EmptyDrawing:
        return None


def _blank() -> Picture:
    return np.zeros((SIDE_PX, SIDE_PX), np.float32)
