"""Connected ink is found as a flood would find it, whatever its shape."""

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.segmentation.components import find_components

SEED = 3


def flood(inked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Label components the slow and plain way, by filling one after the other."""
    labels = np.zeros(inked.shape, np.int32)
    for corner in zip(*np.nonzero(inked), strict=True):
        if labels[corner]:
            continue
        label = labels.max() + 1
        border = [corner]
        while border:
            y, x = border.pop()
            if labels[y, x] or not inked[y, x]:
                continue
            labels[y, x] = label
            rows, columns = range(max(0, y - 1), y + 2), range(max(0, x - 1), x + 2)
            border += [
                (v, u) for v in rows for u in columns if v < len(inked) and u < len(inked[0])
            ]
    return labels


def test_components_are_those_of_a_flood() -> None:
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    for _ in range(150):
        inked = rng.random(rng.integers(1, 20, 2)) < rng.random()
        found, wanted = find_components(inked).raster(inked.shape), flood(inked)
        assert np.array_equal(found > 0, inked)
        pairs = {(int(a), int(b)) for a, b in zip(found.ravel(), wanted.ravel(), strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_a_spiral_is_one_component() -> None:
    angle = np.linspace(0, 16 * np.pi, 20_000)
    corners = 200 + 3.5 * angle * np.stack([np.cos(angle), np.sin(angle)])
    spiral = np.zeros((400, 400), bool)
    spiral[tuple(corners.astype(int))] = True
    assert find_components(spiral).count == 1


def test_bounds_enclose_each_component() -> None:
    inked = np.zeros((9, 12), bool)
    inked[2:5, 3:7] = True
    inked[6, 11] = True
    bounds = find_components(inked).bounds()
    assert bounds.tolist() == [[3, 2, 7, 5], [11, 6, 12, 7]]


def test_paper_has_no_components() -> None:
    assert find_components(np.zeros((5, 5), bool)).count == 0
