"""The parting that is found is the cheapest of all; rows are read as they are written."""

from itertools import combinations

import numpy as np

from chalicelib.recognition.segmentation.lattice import Run, cheapest_parting
from chalicelib.recognition.segmentation.rows import find_rows

SEED = 5


def price_of(parting: list[Run], runs: dict[Run, float], part: list[float]) -> float:
    if not all(run in runs for run in parting):
        return float("inf")
    return sum(runs[run] for run in parting) + sum(part[start - 1] for start, _ in parting[1:])


def test_no_parting_is_cheaper_than_the_one_found() -> None:
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    for _ in range(60):
        count = int(rng.integers(1, 7))
        part = rng.uniform(0, 3, count - 1)
        runs = {
            (i, k): float(rng.uniform(0, 5))
            for i, k in combinations(range(count + 1), 2)
            if k == i + 1 or rng.random() < 0.6
        }
        found = cheapest_parting(runs, part)
        every = [
            list(zip((0, *inner), (*inner, count), strict=True))
            for size in range(count)
            for inner in combinations(range(1, count), size)
        ]
        best = min(price_of(parting, runs, part.tolist()) for parting in every)
        assert np.isclose(price_of(found, runs, part.tolist()), best)


def test_rows_run_from_the_top_and_each_from_the_left() -> None:
    boxes = [[70, 5, 110, 105], [0, 0, 40, 100], [60, 130, 100, 240], [0, 140, 40, 230]]
    assert [row.tolist() for row in find_rows(np.array(boxes, float))] == [[1, 0], [3, 2]]


def test_a_row_that_climbs_is_one_row() -> None:
    boxes = [[80 * i, -40 * i, 80 * i + 50, 100 - 40 * i] for i in range(8)]
    assert [row.tolist() for row in find_rows(np.array(boxes, float))] == [list(range(8))]


def test_a_bar_belongs_to_the_row_that_it_is_nearest_to() -> None:
    boxes = [[0, 0, 50, 100], [0, 150, 50, 250], [10, 105, 60, 112], [10, 140, 60, 146]]
    rows = [sorted(row.tolist()) for row in find_rows(np.array(boxes, float))]
    assert rows == [[0, 2], [1, 3]]
