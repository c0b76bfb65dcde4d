"""Connected components of a raster, by its runs: few numpy calls whatever its size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Components:
    """The runs of ink of a raster and the component that each belongs to.

    rows, starts, ends: arrays of shape (m,); a run is raster[row, start:end].
    labels: array of shape (m,), 0..count-1.
    """

    rows: Numbers
    starts: Numbers
    ends: Numbers
    labels: Numbers
    count: int

    def bounds(self) -> NDArray[np.float64]:
        """Return left, top, right, bottom of each component; right and bottom are exclusive."""
        bounds = np.empty((self.count, 4))
        bounds[:, :2], bounds[:, 2:] = np.inf, -np.inf
        np.minimum.at(bounds[:, 0], self.labels, self.starts)
        np.minimum.at(bounds[:, 1], self.labels, self.rows)
        np.maximum.at(bounds[:, 2], self.labels, self.ends)
        np.maximum.at(bounds[:, 3], self.labels, self.rows + 1)
        return bounds

    def raster(self, shape: tuple[int, int]) -> NDArray[np.int32]:
        """Paint each component with its label + 1 on 0."""
        steps = np.zeros(shape[0] * shape[1] + 1, np.int32)
        offsets = self.rows * shape[1]
        # Two runs may meet at a row's end, so their steps are added, not set.
        np.add.at(steps, offsets + self.starts, self.labels + 1)
        np.subtract.at(steps, offsets + self.ends, self.labels + 1)
        return np.cumsum(steps[:-1], dtype=np.int32).reshape(shape)


def find_components(inked: NDArray[np.bool_]) -> Components:
    """Find the 8-connected components of a raster, numbered by their topmost run.

    inked: array of shape (height, width).
    """
    height, width = inked.shape
    padded = np.zeros((height, width + 2), bool)
    padded[:, 1:-1] = inked
    edges = np.flatnonzero(padded.ravel()[1:] != padded.ravel()[:-1])
    rows, starts = np.divmod(edges[::2], width + 2)
    ends = edges[1::2] - rows * (width + 2)
    labels, count = _numbered(_roots(len(rows), _meetings(rows, starts, ends, width)))
    return Components(rows, starts, ends, labels, count)


def _meetings(rows: Numbers, starts: Numbers, ends: Numbers, width: int) -> Numbers:
    """Return the pairs of runs, shape (2, m), that touch the run of another row, corners too."""
    stride = width + 2
    above = (rows - 1) * stride
    first = np.searchsorted(rows * stride + ends, above + starts, side="left")
    last = np.searchsorted(rows * stride + starts, above + ends, side="right")
    counts = last - first
    lower = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(lower)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.stack([np.repeat(first, counts) + within, lower])


def _roots(count: int, pairs: Numbers) -> Numbers:
    """Return for each run the first run of its component (union by smallest, halving paths)."""
    roots = np.arange(count)
    one, other = pairs
    np.minimum.at(roots, other, one)  # of each run the first above it: most pairs are such
    for _ in range(count.bit_length()):  # each time the ways to the roots are half as long
        roots = roots[roots]
    one, other = pairs[:, roots[one] != roots[other]]
    while one.size:
        smallest = np.minimum(roots[one], roots[other])
        np.minimum.at(roots, roots[one], smallest)
        np.minimum.at(roots, roots[other], smallest)
        roots = roots[roots]
        if np.array_equal(roots[one], roots[other]) and np.array_equal(roots, roots[roots]):
            break
    return roots


def _numbered(roots: Numbers) -> tuple[Numbers, int]:
    """Return the number of each run's component, in the order of their first runs."""
    numbers = np.cumsum(roots == np.arange(len(roots)))
    return numbers[roots] - 1, int(numbers[-1]) if len(numbers) else 0
