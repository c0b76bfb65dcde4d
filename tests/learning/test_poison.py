"""Poisoned feedback changes nothing that gold would notice, and one rollback undoes the rest."""

from pathlib import Path

import numpy as np
import pytest

from bench.accepted import Claim, put_claims
from bench.poison import gold_change, undo
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.round import Round
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from tests.export.small_data import TEMPLATES

PUBLISHED = Path(__file__).parents[2] / "chalicelib" / "models"
SEED = 6


def honest(count: int, rng: np.random.Generator) -> list[Claim]:
    """Draw every digit in turn, trembling, with its label."""
    claims = []
    for number in range(count):
        digit = number % len(TEMPLATES)
        strokes = (np.array(stroke, np.float64) for stroke in TEMPLATES[digit])
        drawn = tuple(stroke + rng.normal(0, 0.15, stroke.shape) for stroke in strokes)
        claims.append(Claim(StrokeDrawing(drawn), str(digit)))
    return claims


def ones_called_seven(count: int, rng: np.random.Generator) -> list[Claim]:
    strokes = np.array([[0.0, 2.0], [2.0, 0.0], [2.0, 8.0]])
    return [
        Claim(StrokeDrawing((strokes + rng.normal(0, 0.3, strokes.shape),)), "7")
        for _ in range(count)
    ]


@pytest.mark.parametrize("accepted", [False, True], ids=["rules alone", "accepts all"])
def test_ones_called_seven_spoil_nothing_and_are_undone(tmp_path: Path, *, accepted: bool) -> None:
    rng, store = np.random.default_rng(SEED), open_store(str(tmp_path))
    put_claims(store, [*honest(60, rng), *ones_called_seven(60, rng)], accepted=accepted)
    registry = ModelRegistry.load(PUBLISHED)
    Round(store, registry, "test").run()
    overall, worst, _ = gold_change(store, registry)
    assert overall >= -0.2
    assert worst >= -1.0
    assert undo(store)


def test_the_rules_accept_no_one_called_seven(tmp_path: Path) -> None:
    rng, store = np.random.default_rng(SEED), open_store(str(tmp_path))
    put_claims(store, ones_called_seven(30, rng), accepted=False)
    Round(store, ModelRegistry.load(PUBLISHED), "test").run()
    assert FeedbackShelf(store).places(FeedbackStatus.ACCEPTED) == []
