"""What a network is trained on and what chooses among its epochs; test images never enter.

MNIST's train images lose 5,000 to validation. Of optional drawings, `export.splits` says which
writers, programs, alphabets and categories are trained on and which validate.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import EmptyDrawing
from chalicelib.recognition.drawing import Drawing, Picture
from chalicelib.recognition.normalise import normalise, normalise_ink
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.feedback.samples import FeedbackSamples
from export.mnist import Digits, load_mnist
from export.recombine import recombine
from export.redraw import redraw
from export.scribbles import draw_scribbles
from export.splits import Part, part_of
from export.spoiled import spoil_digits
from export.styles import draw_styles

MNIST_VALIDATION = 5_000
SPLIT_SEED = 1  # the same for every training, so that one may learn from another
SCRIBBLES_VALIDATION_SEED = 1_000_001  # no training will ask for it
DRAWN, NOT_DIGITS, FEEDBACK = "drawn", "not_digits", "feedback"
RECOMBINED = 12_000  # characters made of strokes of others
STYLES_SHARE = 0.02  # flagged 1s, crossed 7s and open 4s for each MNIST digit, then redrawn
STYLES_AN_EPOCH_SHARE = 0.07
REDRAWINGS = 14  # of each drawing made of strokes
SCRIBBLES_SHARE = 0.3  # made-up drawings for each MNIST digit; an epoch takes a third of them
REPLAY_DIGITS = 4_000  # of MNIST; and of scribbles, drawn digits and what is none as many as:
REPLAY_OTHERS = 800
DRAWINGS_AN_EPOCH = 10_000  # of digits, as many of what is none, and at most so many of feedback


@dataclass(frozen=True, slots=True)
class Examples:
    """Normalised pictures with their classes.

    pictures: array of shape (n, 28, 28), float32 in [0, 1].
    targets: array of shape (n,), int64, 0..9 or NONE_LABEL.
    """

    pictures: Picture
    targets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """Examples of one source and how many of them an epoch takes."""

    examples: Examples
    per_epoch: int


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Pools to train on and named sets to validate on.

    feedback: what `FeedbackSamples.describe` says, None where there is none.
    """

    pools: tuple[Pool, ...]
    validation: dict[str, Examples]
    feedback: dict[str, Any] | None = None


def build_training_data(
    mnist_folder: Path,
    drawings: Path | None,
    seed: int,
    feedback: FeedbackSamples | None = None,
) -> TrainingData:
    """Read, normalise and split everything. Raises MissingData, DamagedData."""
    train, _ = _split_mnist(load_mnist(mnist_folder, "train"))
    scribbles = made_up(train, round(SCRIBBLES_SHARE * len(train.labels)), seed)
    pools = [
        Pool(normalised_digits(train), len(train.labels)),
        Pool(scribbles, len(scribbles.targets) // 3),
        _styles(len(train.labels), seed),
    ]
    for name, samples in _drawings_of(Part.TRAIN, drawings).items():
        examples = _redrawn(samples, seed)
        if name == NOT_DIGITS:
            recombined = _normalised_samples(recombine(samples, RECOMBINED, seed))
            examples = joined([examples, recombined])
        pools.append(Pool(examples, DRAWINGS_AN_EPOCH))
    validation = build_validation(mnist_folder, drawings)
    if feedback is None:
        return TrainingData(tuple(pools), validation)
    taught = _redrawn(feedback.taught, seed)
    pools.append(Pool(taught, min(DRAWINGS_AN_EPOCH, len(taught.targets))))
    validation |= feedback_validation(feedback)
    return TrainingData(tuple(pools), validation, feedback.describe())


def build_validation(mnist_folder: Path, drawings: Path | None) -> dict[str, Examples]:
    """Return the named sets that no training ever sees, whatever its seed.

    Raises MissingData, DamagedData.
    """
    _, held_out = _split_mnist(load_mnist(mnist_folder, "train"))
    scribbles = round(SCRIBBLES_SHARE * len(held_out.labels))
    validation = {
        "mnist": normalised_digits(held_out),
        "scribbles": made_up(held_out, scribbles, SCRIBBLES_VALIDATION_SEED),
    }
    for name, samples in _drawings_of(Part.VALIDATION, drawings).items():
        validation[name] = _normalised_samples(samples)
    return validation


def feedback_validation(feedback: FeedbackSamples) -> dict[str, Examples]:
    """Return the held-out feedback as a named set; it is no part of gold and calibrates nothing.

    People send what was misread, so the shares of a set of feedback are not those of drawings.
    """
    return {FEEDBACK: _normalised_samples(feedback.held_out)} if feedback.held_out else {}


def build_replay(mnist_folder: Path, drawings: Path | None) -> Examples:
    """Return a small share of what trains, as it is drawn, the same for every model.

    Raises MissingData, DamagedData.
    """
    train, _ = _split_mnist(load_mnist(mnist_folder, "train"))
    rng = np.random.default_rng(SPLIT_SEED)
    digits = rng.permutation(len(train.labels))[:REPLAY_DIGITS]
    replay = [
        normalised_digits(Digits(train.pictures[digits], train.labels[digits])),
        made_up(train, min(REPLAY_OTHERS, len(digits)), SPLIT_SEED),
    ]
    for samples in _drawings_of(Part.TRAIN, drawings).values():
        chosen = rng.permutation(len(samples))[:REPLAY_OTHERS]
        replay.append(_normalised_samples(samples[i] for i in chosen))
    return joined(replay)


def normalised_digits(digits: Digits) -> Examples:
    """Return what the networks see of MNIST's digits."""
    pictures = np.stack([normalise_ink(p.astype(np.float32) / 255) for p in digits.pictures])
    return Examples(pictures, digits.labels.astype(np.int64))


def made_up(digits: Digits, count: int, seed: int) -> Examples:
    """Draw at most `count` things that are no digits, half strokes and half ink."""
    half = round(count / 2)
    drawn = [drawing for drawing, _ in draw_scribbles(half, seed)]
    spoiled = [ink for ink, _ in spoil_digits(digits, half, seed)]
    drawings: list[Drawing] = [*drawn, *spoiled]
    return _normalised((drawing, NONE_LABEL) for drawing in drawings)


def _styles(digits: int, seed: int) -> Pool:
    samples = draw_styles(max(1, round(STYLES_SHARE * digits)), seed)
    return Pool(_redrawn(samples, seed), math.ceil(STYLES_AN_EPOCH_SHARE * digits))


def _drawings_of(part: Part, folder: Path | None) -> dict[str, list[Sample]]:
    """Return the digits and what is none of one part, those sets that hold anything."""
    samples = load_drawings(folder) if folder is not None else []
    chosen = [s for s in samples if part_of(s.group) is part]
    sets = {
        DRAWN: [s for s in chosen if s.target != NONE_LABEL],
        NOT_DIGITS: [s for s in chosen if s.target == NONE_LABEL],
    }
    return {name: samples for name, samples in sets.items() if samples}


def _split_mnist(digits: Digits) -> tuple[Digits, Digits]:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(digits.labels))
    held_out = min(MNIST_VALIDATION, len(order) // 5)
    parts = order[held_out:], order[:held_out]
    train, validation = (Digits(digits.pictures[i], digits.labels[i]) for i in parts)
    return train, validation


def _redrawn(samples: list[Sample], seed: int) -> Examples:
    rng = np.random.default_rng(seed)
    pictures = [normalise(s.drawing) for s in samples]
    targets = [s.target for s in samples]
    for _ in range(REDRAWINGS):
        pictures += [redraw(s.drawing, rng) for s in samples]
        targets += [s.target for s in samples]
    return Examples(np.stack(pictures), np.array(targets, np.int64))


def _normalised(drawings: Iterable[tuple[Drawing, int]]) -> Examples:
    pictures, targets = [], []
    for drawing, target in drawings:
        try:
            pictures.append(normalise(drawing))
        except EmptyDrawing:
            continue
        targets.append(target)
    return Examples(np.stack(pictures), np.array(targets, np.int64))


def _normalised_samples(samples: Iterable[Sample]) -> Examples:
    return _normalised((s.drawing, s.target) for s in samples)


def joined(parts: Sequence[Examples]) -> Examples:
    """Return several examples as one, in their order."""
    return Examples(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.targets for part in parts]),
    )
