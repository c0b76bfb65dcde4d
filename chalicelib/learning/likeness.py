"""Which drawings are the same one, or the same one with a tremble."""

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Picture

NEAR = 0.1  # of a picture's length as a vector: closer ones count as one drawing
HALVED = 2  # pictures are compared at half their resolution
AT_ONCE = 512  # pictures; bounds the memory


def near_equal(pictures: Picture) -> NDArray[np.int64]:
    """Put each picture with the first one that it is nearly equal to.

    pictures: array of shape (n, 28, 28), float32; an earlier one leads the later ones.
    Returns an array of shape (n,): the index of each picture's leader, its own where it is the
    first of its kind.
    """
    points = _unit_vectors(pictures)
    leaders = np.arange(len(points))
    leading = np.zeros((0, points.shape[1]), np.float32)
    indices = np.zeros(0, np.int64)
    for first in range(0, len(points), AT_ONCE):
        some = points[first : first + AT_ONCE]
        old, nearest = _nearest(some, leading)
        found = np.where(old, indices[nearest] if len(indices) else -1, -1)
        fresh = _lead_among(some, found, first)
        leaders[first : first + len(some)] = found
        leading = np.concatenate([leading, some[fresh]])
        indices = np.concatenate([indices, first + fresh])
    return leaders


def _lead_among(some: Picture, found: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """Give those of a batch that no earlier picture leads a leader within it; return the new."""
    free = np.flatnonzero(found < 0)
    alike = some[free] @ some[free].T >= _least_product()
    new: list[int] = []
    for place, index in enumerate(free):
        ahead = np.flatnonzero(alike[place, new]) if new else np.zeros(0, np.int64)
        found[index] = first + free[new[ahead[0]]] if len(ahead) else first + index
        if not len(ahead):
            new.append(place)
    return free[new]


def _nearest(some: Picture, leading: Picture) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Say of each vector whether an earlier leader is near, and which is the nearest."""
    if not len(leading):
        return np.zeros(len(some), np.bool_), np.zeros(len(some), np.int64)
    products = some @ leading.T
    nearest = products.argmax(axis=1)
    return products[np.arange(len(some)), nearest] >= _least_product(), nearest


def _least_product() -> float:
    """Return the scalar product of unit vectors that are NEAR apart."""
    return 1 - NEAR**2 / 2


def _unit_vectors(pictures: Picture) -> Picture:
    n, height, width = pictures.shape
    blocks = pictures.reshape(n, height // HALVED, HALVED, width // HALVED, HALVED)
    points: Picture = blocks.mean(axis=(2, 4)).reshape(n, height * width // HALVED**2)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    points /= np.maximum(lengths, np.float32(1e-9))
    return points
