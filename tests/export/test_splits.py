"""Drawings are trained on, validate or are reported on by whole groups, always the same."""

from pathlib import Path

import numpy as np
import pytest

from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.recombine import recombine
from export.splits import Part, part_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_a_group_is_always_in_the_same_part() -> None:
    assert part_of("uji-w06") is Part.REPORT
    assert part_of("uji-w03") is Part.VALIDATION
    assert part_of("uji-w01") is Part.TRAIN
    assert part_of("somebody new") is part_of("somebody new")


def test_groups_without_a_place_spread_over_all_parts() -> None:
    parts = [part_of(f"writer {number}") for number in range(400)]
    shares = {part: parts.count(part) / len(parts) for part in Part}
    assert shares[Part.TRAIN] == pytest.approx(0.75, abs=0.08)
    assert shares[Part.VALIDATION] == pytest.approx(0.1, abs=0.05)
    assert shares[Part.REPORT] == pytest.approx(0.15, abs=0.06)


def test_every_part_of_the_drawn_sets_holds_digits_and_others() -> None:
    if not SHARED.is_dir():
        pytest.skip("needs the drawn sets in ../shared/data")
    samples = load_drawings(SHARED)
    for part in Part:
        chosen = [s for s in samples if part_of(s.group) is part]
        digits = {s.target for s in chosen} - {NONE_LABEL}
        assert digits == set(range(10)), part
        assert any(s.target == NONE_LABEL for s in chosen), part


def test_recombined_characters_are_made_of_several_strokes_and_repeat_for_a_seed() -> None:
    rng = np.random.default_rng(5)
    samples = [
        Sample(StrokeDrawing((rng.normal(size=(6, 2)), rng.normal(size=(4, 2)))), NONE_LABEL, "a"),
        Sample(InkDrawing(np.ones((5, 5), np.float32)), NONE_LABEL, "b"),
    ]
    made, again = (recombine(samples, 20, seed=3) for _ in range(2))
    assert len(made) == 20
    for one, other in zip(made, again, strict=True):
        assert isinstance(one.drawing, StrokeDrawing)
        assert isinstance(other.drawing, StrokeDrawing)
        assert 3 <= len(one.drawing.strokes) <= 5
        assert one.target == NONE_LABEL
        for a, b in zip(one.drawing.strokes, other.drawing.strokes, strict=True):
            np.testing.assert_array_equal(a, b)


def test_ink_alone_gives_nothing_to_recombine() -> None:
    samples = [Sample(InkDrawing(np.ones((5, 5), np.float32)), NONE_LABEL, "b")]
    assert recombine(samples, 20, seed=3) == []
