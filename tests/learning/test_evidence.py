"""The rules on real drawings, read by the published models."""

import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chalicelib.config import Settings
from chalicelib.learning.clusters import clusters
from chalicelib.learning.evidence import Evidence, gather
from chalicelib.learning.filed import Filed
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.records import Record
from chalicelib.learning.triage import triage
from chalicelib.recognition.drawing import InkDrawing, Picture, StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.png import encode_picture
from chalicelib.recognition.registry import ModelRegistry
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.splits import Part, part_of
from tests.unit.digits import DIGITS

TREMBLE = 1.0  # of a height of 100
DATA = Path(__file__).resolve().parents[2].parent / "shared/data"


@pytest.fixture(scope="module")
def registry() -> ModelRegistry:
    return ModelRegistry.load(Settings().models_directory)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """Return the drawings, digits and others, that settings may be chosen by."""
    if not (DATA / "drawn").exists():
        pytest.skip("needs the drawn sets in ../shared/data")
    return [s for s in load_drawings(DATA) if part_of(s.group) is Part.VALIDATION]


def filed(sample: Sample, number: int, label: str | None) -> Filed:
    """Return a drawing as it lies in quarantine; a day holds five drawings."""
    drawing = sample.drawing
    ink = drawing.ink if isinstance(drawing, InkDrawing) else normalise(drawing)
    strokes = drawing.strokes if isinstance(drawing, StrokeDrawing) else None
    day = f"20{number // 1800 + 10}-{number // 150 % 12 + 1:02}-{number // 5 % 28 + 1:02}"
    record = Record(
        id=f"{number:032x}",
        time=f"{day}T12:00:00+00:00",
        label=label,
        predicted=None,
        strokes=None if strokes is None else [path.tolist() for path in strokes],
        model="cnn",
        version="5f0c2a91",
        normalisation="1",
        receipt_sha256="0" * 64,
        claim=None,
    )
    key = f"feedback/v1/status=quarantine/dt={day}/{record.id}.json"
    place = FeedbackPlace.parse(key)
    assert place is not None
    return Filed(place, record, encode_picture(ink), drawing, "tag")


def judged(
    samples: list[Sample], labels: list[str | None], registry: ModelRegistry
) -> tuple[list[Evidence], Counter[FeedbackStatus]]:
    feedback = [
        filed(s, n, label) for n, (s, label) in enumerate(zip(samples, labels, strict=True))
    ]
    evidence = list(gather(feedback, registry))
    return evidence, Counter(advice.status for advice in triage(evidence))


def true_label(sample: Sample) -> str | None:
    return None if sample.target == NONE_LABEL else str(sample.target)


def test_of_digits_rightly_named_most_are_accepted_and_none_rejected(
    samples: list[Sample], registry: ModelRegistry
) -> None:
    digits = [s for s in samples if s.target != NONE_LABEL]
    _, found = judged(digits, [true_label(s) for s in digits], registry)
    assert found[FeedbackStatus.ACCEPTED] > len(digits) / 2
    assert found[FeedbackStatus.REJECTED] == 0


def test_of_digits_wrongly_named_none_is_accepted(
    samples: list[Sample], registry: ModelRegistry
) -> None:
    digits = [s for s in samples if s.target != NONE_LABEL]
    for step in range(1, 10):
        wrong: list[str | None] = [str((s.target + step) % 10) for s in digits]
        _, found = judged(digits, wrong, registry)
        assert found[FeedbackStatus.ACCEPTED] == 0


def test_of_drawings_that_are_no_digits_hardly_any_is_accepted_as_one(
    samples: list[Sample], registry: ModelRegistry
) -> None:
    others = [s for s in samples if s.target == NONE_LABEL]
    for label in ("0", "1", "7"):
        _, found = judged(others, [label] * len(others), registry)
        assert found[FeedbackStatus.ACCEPTED] <= 0.01 * len(others)
        assert found[FeedbackStatus.REJECTED] > 0


def test_a_drawing_that_shows_nothing_and_an_unknown_label_are_no_evidence(
    registry: ModelRegistry,
) -> None:
    blank = Sample(InkDrawing(np.zeros((28, 28), np.float32)), 7, "nobody")
    odd = Sample(StrokeDrawing(tuple(DIGITS["7"])), 7, "nobody")
    first, second = gather([filed(blank, 0, "7"), filed(odd, 1, "seven")], registry)
    assert (first.picture, first.claimed, first.safe) == (None, (), False)
    assert (set(second.claimed), second.safe) == ({0.0}, False)


def test_clusters_join_what_looks_alike_and_nothing_else() -> None:
    """Digits drawn with a tremble, by another pen, gather around the one they are of."""
    rng = np.random.default_rng(7)
    pictures, labels = [], []
    for _ in range(6):
        for name in ("7", "3", "1"):
            strokes = tuple(path + rng.normal(0, TREMBLE, path.shape) for path in DIGITS[name])
            pictures.append(normalise(StrokeDrawing(strokes)))
            labels.append("7" if name == "1" else name)
    found = clusters(np.stack(pictures), labels)
    assert found.tolist() == [0, 1, 2] * 6


def test_five_thousand_drawings_are_grouped_in_seconds() -> None:
    pictures: Picture = np.random.default_rng(1).random((5000, 28, 28), np.float32) ** 8
    started_s = time.process_time()
    assert len(set(clusters(pictures, ["1"] * 5000).tolist())) > 4000
    assert time.process_time() - started_s < 10


def test_large_drawings_are_not_all_held_at_once(registry: ModelRegistry) -> None:
    """Anybody may send hundreds, and a round reads thousands."""
    side, count = 1000, 40

    def large() -> Iterator[Filed]:
        for number in range(count):
            ink = np.zeros((side, side), np.float32)
            ink[300 + number : 700, 500:560] = 1.0
            yield filed(Sample(InkDrawing(ink), 1, "ann"), number, "1")

    tracemalloc.start()
    found = list(gather(large(), registry))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len({one.card.content_sha256 for one in found}) == count
    assert peak_bytes < 6 * side * side * 4
