"""What of a dataset of feedback is trained on, and what of it is held out for validation.

Whole days of a source are held out, the same ones in every version of the dataset, so that no
model is ever asked about drawings that an earlier version taught its predecessor.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.errors import EmptyDrawing
from chalicelib.learning.likeness import near_equal
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import normalise
from export.drawn import NONE_LABEL, Sample
from export.errors import MissingData
from export.feedback.dataset import Dataset, read_dataset, read_drawing
from export.mnist import LABELS
from export.splits import Part

HELD_OUT = 0.2  # share of the days
MOST_NEAR_EQUAL = 3  # of one drawing, trembles and all: nobody shouts


@dataclass(frozen=True, slots=True)
class FeedbackSamples:
    """A dataset's drawings by what they are for.

    dataset: its id. left_out: how many are neither trained on nor held out, by reason.
    """

    dataset: str
    taught: list[Sample]
    held_out: list[Sample]
    left_out: dict[str, int]

    def describe(self) -> dict[str, Any]:
        """Return the dataset's id and the counts as a JSON object."""
        return {
            "dataset": self.dataset,
            "taught": len(self.taught),
            "held_out": len(self.held_out),
            "left_out": self.left_out,
        }


def load_feedback(folder: Path) -> FeedbackSamples:
    """Read a dataset, verified, and part it.

    Raises
    ------
    MissingData
        There is no dataset, or all of it is held out.
    DamagedData
        A drawing or the manifest is not what it should be.
    """
    dataset = read_dataset(folder)
    samples, pictures, left_out = _read(dataset)
    held_out = [part_of_feedback(sample.group) is Part.VALIDATION for sample in samples]
    # Held-out drawings come first, so that they lead those that are nearly equal.
    order = sorted(range(len(samples)), key=lambda index: not held_out[index])
    ordered = [pictures[index] for index in order]
    leaders = near_equal(np.stack(ordered)).tolist() if ordered else []
    count: Counter[int] = Counter()
    taught, validating = [], []
    for index, leader in zip(order, leaders, strict=True):
        count[leader] += 1
        if count[leader] > MOST_NEAR_EQUAL:
            left_out["near_equal"] += 1
        elif held_out[index]:
            validating.append(samples[index])
        elif held_out[order[leader]]:
            left_out["like_held_out"] += 1
        else:
            taught.append(samples[index])
    if not taught:
        raise MissingData(
            f"{folder} holds nothing to train on: {len(validating)} of its drawings are of days "
            "that are held out; pull again when there are more"
        )
    return FeedbackSamples(dataset.id, taught, validating, dict(left_out))


def day_of_source(source: str | None, day: str) -> str:
    """Return the group that a drawing belongs to; day: as 2026-11-21."""
    return f"{source or 'unnamed'} {day}"


def part_of_feedback(group: str) -> Part:
    """Return the part that a day of a source belongs to, always the same."""
    digest = hashlib.sha256(f"feedback of {group}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return Part.VALIDATION if share < HELD_OUT else Part.TRAIN


def _read(dataset: Dataset) -> tuple[list[Sample], list[Picture], Counter[str]]:
    """Return the drawings that can teach, and how many cannot, by reason."""
    samples, pictures, left_out = [], [], Counter[str]()
    for item in dataset.items:
        if item.label is not None and item.label not in LABELS:
            left_out["unknown_label"] += 1
            continue
        drawing = read_drawing(dataset, item)
        try:
            pictures.append(normalise(drawing))
        except EmptyDrawing:
            left_out["empty"] += 1
            continue
        target = NONE_LABEL if item.label is None else LABELS.index(item.label)
        samples.append(Sample(drawing, target, day_of_source(item.source, item.day)))
    return samples, pictures, left_out
