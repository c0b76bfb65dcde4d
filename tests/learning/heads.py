"""Heads to promote."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from chalicelib.learning.heads import Head

SHA256 = "0123456789abcdef" * 4


def make_head(number: int, model: str = "cnn", features: int = 6) -> Head:
    """Return a head of random numbers; `number` is their seed."""
    generator = np.random.default_rng(number)
    return Head(
        model=model,
        model_version="01234567",
        model_sha256=SHA256,
        normalisation="1",
        labels=("0", "1", "2"),
        weights=generator.normal(size=(features, 4)).astype(np.float32),
        bias=generator.normal(size=4).astype(np.float32),
        dataset=f"set {number}",
        round=f"round {number}",
        time="2026-11-21T10:00:00+00:00",
        figures={"gold": {"drawings": 100, "correct": 99, "accuracy": 0.99}},
    )


def with_arrays(
    head: Head, weights: ArrayLike | None = None, bias: ArrayLike | None = None
) -> Head:
    """Return the head with other weights, another bias, or both."""
    return replace(
        head,
        weights=head.weights if weights is None else np.asarray(weights, np.float32),
        bias=head.bias if bias is None else np.asarray(bias, np.float32),
    )
