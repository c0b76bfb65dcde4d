"""Drawings that look alike and are claimed to be the same, so that they can be judged together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Picture

LOOK_ALIKE = 0.02  # 1 - cosine: twice in three the nearest of another hand's drawings is as near
MOST_COMPARED = 5000  # of one label; a cluster among more is found within each 5,000
ROWS_AT_ONCE = 512
BLUR = (0.25, 0.5, 0.25)


def clusters(pictures: Picture, labels: Sequence[str | None]) -> NDArray[np.int64]:
    """Group drawings by single linkage: each is near another of its group, or alone.

    pictures: array of shape (n, 28, 28), float32 in [0, 1]. labels: what each is claimed to be.
    Returns an array of shape (n,): the index of the first drawing of each one's group.
    """
    first_of = np.arange(len(pictures))
    codes = _codes(pictures)
    for label in dict.fromkeys(labels):
        same = np.array([i for i, other in enumerate(labels) if other == label], np.int64)
        for start in range(0, len(same), MOST_COMPARED):
            some = same[start : start + MOST_COMPARED]
            first_of[some] = some[_linked(codes[some])]
    return first_of


def _linked(codes: Picture) -> NDArray[np.int64]:
    """Return for each row of (n, d) the least index that a chain of near rows leads to."""
    near = np.zeros((len(codes), len(codes)), np.bool_)
    for start in range(0, len(codes), ROWS_AT_ONCE):
        near[start : start + ROWS_AT_ONCE] = codes[start : start + ROWS_AT_ONCE] @ codes.T > (
            1 - LOOK_ALIKE
        )
    first_of = np.arange(len(codes))
    reached = ~(near.sum(axis=1) > 1)  # most are near none but themselves
    for index in range(len(codes)):
        frontier = np.zeros(0, np.int64) if reached[index] else np.array([index])
        while len(frontier):
            reached[frontier] = True
            first_of[frontier] = index
            frontier = np.flatnonzero(near[frontier].any(axis=0) & ~reached)
    return first_of


def _codes(pictures: Picture) -> Picture:
    """Return unit vectors, shape (n, 196), of pictures halved and blurred: a tremble is no matter.

    A picture without ink becomes 0, which is near nothing.
    """
    n, height, width = pictures.shape
    halved = pictures.reshape(n, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    blurred = _blur(_blur(halved.astype(np.float32)).transpose(0, 2, 1))
    vectors: Picture = blurred.reshape(n, height * width // 4)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(lengths, np.float32(1e-9))
    return vectors


def _blur(pictures: Picture) -> Picture:
    """Blur along the last axis."""
    padded = np.pad(pictures, ((0, 0), (0, 0), (1, 1)))
    blurred = np.zeros_like(pictures)
    for shift, weight in enumerate(BLUR):
        blurred += np.float32(weight) * padded[:, :, shift : shift + pictures.shape[2]]
    return blurred
