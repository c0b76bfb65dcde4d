"""Poisoned feedback changes nothing that gold would notice, and one rollback undoes the rest."""

from pathlib import Path

import numpy as np
import pytest

from bench.accepted import Claim, put_claims
from bench.poison import gold_change, undo
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.reports import Outcome
from chalicelib.learning.round import Round
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from tests.export.small_data import TEMPLATES

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
    """Draw 1s with a flag, which might be taken for a 7."""
    strokes = np.array([[0.0, 2.0], [2.0, 0.0], [2.0, 8.0]])
    return [
        Claim(StrokeDrawing((strokes + rng.normal(0, 0.3, strokes.shape),)), "7")
        for _ in range(count)
    ]


def plain_ones_called_seven(count: int, rng: np.random.Generator) -> list[Claim]:
    """Draw bars, each with a slant of its own, which might not."""
    claims = []
    for lean in rng.uniform(-2, 2.5, count):
        bar = np.array([[lean, 0.0], [lean / 2, 4.0], [0.0, 8.0]])
        claims.append(Claim(StrokeDrawing((bar + rng.normal(0, 0.15, bar.shape),)), "7"))
    return claims


def test_the_gate_refuses_plain_ones_called_seven_that_a_reviewer_accepted(
    tmp_path: Path, registry: ModelRegistry
) -> None:
    rng, store = np.random.default_rng(SEED), open_store(str(tmp_path))
    put_claims(store, [*honest(40, rng), *plain_ones_called_seven(40, rng)])
    report = Round(store, registry, "test").run().report
    assert report.outcome is Outcome.REFUSED
    assert "class by class: 1 -" in report.words
    assert HeadBook(store).read()[0].heads == {}


@pytest.mark.parametrize("accepted", [False, True], ids=["rules alone", "accepts all"])
def test_ones_called_seven_spoil_nothing_and_are_undone(
    tmp_path: Path, registry: ModelRegistry, *, accepted: bool
) -> None:
    rng, store = np.random.default_rng(SEED), open_store(str(tmp_path))
    put_claims(store, [*honest(40, rng), *ones_called_seven(40, rng)], accepted=accepted)
    Round(store, registry, "test").run()
    overall, worst, _ = gold_change(store, registry)
    assert overall >= -0.2
    assert worst >= -1.0
    assert undo(store)


def test_the_rules_accept_no_one_called_seven(tmp_path: Path, registry: ModelRegistry) -> None:
    rng, store = np.random.default_rng(SEED), open_store(str(tmp_path))
    poison = [*ones_called_seven(30, rng), *plain_ones_called_seven(30, rng)]
    put_claims(store, poison, accepted=False)
    Round(store, registry, "test").run()
    assert FeedbackShelf(store).places(FeedbackStatus.ACCEPTED) == []
