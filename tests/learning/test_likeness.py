"""A drawing that comes again is known again, also with a tremble; another's is not."""

import random

import numpy as np

from chalicelib.learning.likeness import near_equal
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import normalise_strokes
from tests.unit.digits import DIGITS


def drawn(name: str, rng: np.random.Generator, tremble: float = 0.0) -> Picture:
    strokes = (stroke + rng.normal(0, 100 * tremble, stroke.shape) for stroke in DIGITS[name])
    return normalise_strokes(tuple(strokes))


def test_a_drawing_sent_a_thousand_times_is_led_by_the_first() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    pictures = [drawn("3", rng), *(drawn("7", rng, 0.001) for _ in range(1000)), drawn("1", rng)]
    leaders = near_equal(np.stack(pictures))
    assert leaders[0] == 0
    assert (leaders[1:1001] == 1).mean() > 0.97
    assert leaders[1001] == 1001


def test_the_digits_of_different_hands_stay_apart() -> None:
    rng = np.random.default_rng(3)
    pictures = np.stack([drawn(name, rng, 0.05) for name in "37" for _ in range(40)])
    assert (near_equal(pictures) == np.arange(80)).mean() > 0.9


def test_leaders_lead_themselves_and_nothing_is_alike_in_nothing() -> None:
    rng = np.random.default_rng(4)
    pictures = np.stack([drawn(name, rng, 0.004) for name in "1373173117" * 120])
    leaders = near_equal(pictures)
    np.testing.assert_array_equal(leaders[leaders], leaders)
    assert near_equal(np.zeros((0, 28, 28), np.float32)).shape == (0,)
