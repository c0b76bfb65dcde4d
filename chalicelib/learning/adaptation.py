"""Refits the last layer of a network: softmax regression pulled towards the shipped one.

The method is truncated Newton: the Newton equation is solved by conjugate gradients as far as it
pays, with products by the Hessian that never form it, then a backtracking line search (Nocedal
and Wright, Numerical Optimization, 2nd edition, algorithms 7.1 and 3.1). The loss is convex and
the pull makes it strictly so: there is one optimum, whatever the order of the drawings.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Picture

Floats = NDArray[np.float64]

MAX_STEPS = 50
MAX_PRODUCTS = 100  # by the Hessian, within one step
TOLERANCE = 1e-6  # of the gradient's norm, below which the optimum is reached
SUFFICIENT = 1e-4  # share of the promised decrease that a step must bring
SHORTEST = 2.0**-30  # of a Newton step; shorter ones are lost in rounding


@dataclass(frozen=True, slots=True)
class Layer:
    """A last layer: logits = features @ weights + bias.

    weights: array of shape (d, k), bias: array of shape (k,), both float32.
    """

    weights: Picture
    bias: Picture

    def logits(self, features: Picture) -> Picture:
        """Return the logits, shape (n, k), float32, of features of shape (n, d)."""
        return features @ self.weights + self.bias


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit came to.

    steps: Newton steps. gradient: norm of the gradient at the end.
    """

    layer: Layer
    steps: int
    gradient: float


def fit_head(
    features: Picture,
    targets: NDArray[np.floating],
    weights: NDArray[np.floating],
    shipped: Layer,
    pull: float,
    temperature: float = 1.0,
) -> Fitted:
    """Return the layer that minimises the loss of its drawings and its distance from the shipped.

    The loss is mean_w(cross-entropy) + pull / 2 * |(layer - shipped) / temperature|^2.

    Parameters
    ----------
    features: array of shape (n, d), float32.
    targets: array of shape (n, k), the probabilities that each drawing should get; rows sum to 1.
    weights: array of shape (n,), how much each drawing counts, >= 0, not all 0.
    pull: >= 0; infinity gives the shipped layer itself.
    temperature: what logits are divided by before the softmax, as the model's manifest says.
    """
    if np.isinf(pull):
        return Fitted(shipped, 0, 0.0)
    start = np.vstack([shipped.weights, shipped.bias]).astype(np.float64) / temperature
    problem = _Problem(_with_ones(features), np.asarray(targets), weights / weights.sum(), pull)
    solution, steps, gradient = _minimise(problem, start)
    layer: Picture = (solution * temperature).astype(np.float32)
    return Fitted(Layer(layer[:-1], layer[-1]), steps, gradient)


class _Problem:
    """The loss around a start, with its derivatives."""

    def __init__(
        self, rows: Floats, targets: NDArray[np.floating], shares: Floats, pull: float
    ) -> None:
        self._rows, self._targets, self._pull = rows, targets, pull
        self._shares = shares.astype(np.float64)[:, None]
        self._single = rows.astype(np.float32)
        self._single_shares = self._shares.astype(np.float32)

    def loss(self, change: Floats, logits: Floats) -> float:
        """Return the loss at the start plus `change`, whose logits are given."""
        top = logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(logits - top).sum(axis=1, keepdims=True)) + top
        crossed = log_sum - (self._targets * logits).sum(axis=1, keepdims=True)
        return float((self._shares * crossed).sum() + self._pull / 2 * (change**2).sum())

    def logits(self, layer: Floats) -> Floats:
        """Return rows @ layer, shape (n, k)."""
        return self._rows @ layer

    def gradient(self, change: Floats, probabilities: Floats) -> Floats:
        """Return the gradient, shape (d + 1, k)."""
        errors = self._shares * (probabilities - self._targets)
        gradient: Floats = self._rows.T @ errors + self._pull * change
        return gradient

    def curve(self, direction: Floats, probabilities: Picture) -> Floats:
        """Return the Hessian's product with a direction, shape (d + 1, k).

        Single precision will do: an inexact direction costs a step at most, the optimum is where
        the gradient says, which is computed in double.
        """
        moved = self._single @ direction.astype(np.float32)
        moved -= (probabilities * moved).sum(axis=1, keepdims=True)
        moved *= self._single_shares * probabilities
        product: Floats = self._single.T @ moved + self._pull * direction
        return product


def _minimise(problem: _Problem, start: Floats) -> tuple[Floats, int, float]:
    """Return the optimum, the steps to it and the gradient's norm there."""
    change, logits = np.zeros_like(start), problem.logits(start)
    for step in range(MAX_STEPS + 1):
        probabilities = _softmax(logits)
        gradient = problem.gradient(change, probabilities)
        norm = float(np.linalg.norm(gradient))
        if norm <= TOLERANCE or step == MAX_STEPS:
            break
        direction = _newton_direction(problem, gradient, probabilities.astype(np.float32))
        moved = problem.logits(direction)
        length = _step_length(problem, (change, direction), (logits, moved), gradient)
        if length == 0.0:
            break
        change, logits = change + length * direction, logits + length * moved
    return start + change, step, norm


def _newton_direction(problem: _Problem, gradient: Floats, probabilities: Picture) -> Floats:
    """Solve the Newton equation by conjugate gradients, the closer the nearer the optimum is."""
    direction, left = np.zeros_like(gradient), -gradient
    search, squared = left, float((left**2).sum())
    norm = np.sqrt(squared)
    enough = min(0.5, np.sqrt(norm)) * norm
    for _ in range(MAX_PRODUCTS):
        curved = problem.curve(search, probabilities)
        length = squared / float((search * curved).sum())
        direction, left = direction + length * search, left - length * curved
        before, squared = squared, float((left**2).sum())
        if np.sqrt(squared) <= enough:
            break
        search = left + (squared / before) * search
    return direction


def _step_length(
    problem: _Problem,
    place: tuple[Floats, Floats],
    logits: tuple[Floats, Floats],
    gradient: Floats,
) -> float:
    """Halve a step until the loss falls as the slope promises; 0 where rounding forbids it."""
    (change, direction), (here, moved) = place, logits
    slope = float((gradient * direction).sum())
    before, length = problem.loss(change, here), 1.0
    while length > SHORTEST:
        after = problem.loss(change + length * direction, here + length * moved)
        if after <= before + SUFFICIENT * length * slope:
            return length
        length /= 2
    return 0.0


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _with_ones(features: Picture) -> Floats:
    return np.hstack([features.astype(np.float64), np.ones((len(features), 1))])
