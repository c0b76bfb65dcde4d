"""A refitted head is the one optimum of its loss, found from any order of the drawings."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.learning.adaptation import Layer, fit_head

DRAWINGS, WIDTH, CLASSES = 120, 6, 4
PULL, TEMPERATURE = 0.02, 0.7


class Case:
    """Random drawings around random centres, and a layer that knows little of them."""

    def __init__(self, rng: np.random.Generator) -> None:
        classes = rng.integers(CLASSES, size=DRAWINGS)
        centres = rng.normal(size=(CLASSES, WIDTH))
        noise = rng.normal(size=(DRAWINGS, WIDTH))
        self.features = (centres[classes] + noise).astype(np.float32)
        self.targets = np.eye(CLASSES)[classes]
        self.weights = rng.uniform(0.1, 3, DRAWINGS)
        self.shipped = Layer(
            rng.normal(size=(WIDTH, CLASSES)).astype(np.float32),
            rng.normal(size=CLASSES).astype(np.float32),
        )

    def fit(self, order: NDArray[np.int64] | None = None, pull: float = PULL) -> Layer:
        """Fit the drawings, or some of them in that order."""
        rows = np.arange(DRAWINGS) if order is None else order
        found = fit_head(
            self.features[rows],
            self.targets[rows],
            self.weights[rows],
            self.shipped,
            pull,
            TEMPERATURE,
        )
        return found.layer

    def loss(self, layer: NDArray[np.float64]) -> float:
        """Say the docstring's loss once more, as plainly as it can be said."""
        logits = (self.features @ layer[:-1] + layer[-1]) / TEMPERATURE
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        crossed = -(self.targets * logs).sum(axis=1)
        distance = (layer - flat(self.shipped)) / TEMPERATURE
        weighed = float(np.average(crossed, weights=self.weights))
        return weighed + PULL / 2 * float((distance**2).sum())

    def slope(self, layer: NDArray[np.float64], step: float = 1e-5) -> NDArray[np.float64]:
        """Return the gradient by central differences."""
        slope = np.zeros_like(layer)
        for at in np.ndindex(layer.shape):
            nudge = np.zeros_like(layer)
            nudge[at] = step
            slope[at] = (self.loss(layer + nudge) - self.loss(layer - nudge)) / (2 * step)
        return slope


def flat(layer: Layer) -> NDArray[np.float64]:
    return np.vstack([layer.weights, layer.bias]).astype(np.float64)


@pytest.fixture
def case() -> Case:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return Case(np.random.default_rng(seed))


def test_nothing_slopes_at_the_head_that_was_found(case: Case) -> None:
    at_start = float(np.linalg.norm(case.slope(flat(case.shipped))))
    at_end = float(np.linalg.norm(case.slope(flat(case.fit()))))
    assert at_start > 0.05
    assert at_end < 1e-5


def test_a_slow_and_simple_descent_ends_at_the_same_head(case: Case) -> None:
    layer = flat(case.shipped)
    for _ in range(4000):
        layer = layer - 0.3 * exact_slope(case, layer)
    np.testing.assert_allclose(flat(case.fit()), layer, atol=2e-4)


def exact_slope(case: Case, layer: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.hstack([case.features, np.ones((DRAWINGS, 1))])
    powers = np.exp(rows @ layer / TEMPERATURE)
    errors = powers / powers.sum(axis=1, keepdims=True) - case.targets
    errors *= case.weights[:, None] / case.weights.sum() / TEMPERATURE
    slope: NDArray[np.float64] = (
        rows.T @ errors + PULL * (layer - flat(case.shipped)) / TEMPERATURE**2
    )
    return slope


def test_the_order_of_the_drawings_does_not_matter(case: Case) -> None:
    order = np.random.default_rng(1).permutation(DRAWINGS)
    np.testing.assert_allclose(flat(case.fit()), flat(case.fit(order)), atol=1e-5)


def test_the_same_drawings_give_the_same_bits(case: Case) -> None:
    np.testing.assert_array_equal(flat(case.fit()), flat(case.fit()))


def test_an_infinite_pull_gives_the_shipped_head_and_a_strong_one_almost(case: Case) -> None:
    assert case.fit(pull=np.inf) is case.shipped
    np.testing.assert_allclose(flat(case.fit(pull=1e6)), flat(case.shipped), atol=1e-5)


def test_targets_that_the_shipped_head_gives_already_change_nothing(case: Case) -> None:
    """A replay set whose targets are the shipped answers holds the head where it is."""
    powers = np.exp(case.shipped.logits(case.features).astype(np.float64) / TEMPERATURE)
    case.targets = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(flat(case.fit()), flat(case.shipped), atol=1e-4)


def test_a_drawing_counts_as_often_as_its_weight_says(case: Case) -> None:
    case.weights = np.ones(DRAWINGS)
    case.weights[0] = 3
    thrice = np.concatenate([np.arange(DRAWINGS), [0, 0]])
    once = fit_head(
        case.features[thrice],
        case.targets[thrice],
        np.ones(len(thrice)),
        case.shipped,
        PULL,
        TEMPERATURE,
    )
    np.testing.assert_allclose(flat(case.fit()), flat(once.layer), atol=1e-5)
