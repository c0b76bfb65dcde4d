"""Where a piece that is too wide for one digit may be cut: along seams that cross little ink.

A seam runs from the top of a piece to its foot, a cell in each row, and leaves its column by at
most one cell a row, so that it can lean and bend as handwriting does. The cheapest seam through
each cell of the middle row is found by dynamic programming, as in seam carving (Avidan and
Shamir, 2007); where it costs less than its neighbours, two digits may touch.
"""

import numpy as np
from numpy.typing import NDArray

from chalicelib.recognition.drawing import Points

SIDESTEP = 0.4  # the price of leaving the column, where a cell of ink costs 1
LEAST_DISTANCE = 0.2  # of the height, between two seams and from a seam to the edge
MAX_PRICE = 0.6  # of the height: a seam through more ink parts nothing
MAX_SEAMS = 10  # of one piece


def find_seams(inked: NDArray[np.bool_], height: float) -> NDArray[np.intp]:
    """Return the seams along which a piece may be cut, from the left to the right.

    inked: array of shape (rows, columns). height: of a digit in its row, in cells, above 0.
    Returns an array of shape (n, rows): the column of each seam in each row.
    """
    middle = len(inked) // 2
    above, from_above = _cheapest_ways(inked[: middle + 1])
    below, from_below = _cheapest_ways(inked[: middle - 1 if middle else None : -1])
    prices = above + below - inked[middle]
    columns = _choose(prices, height)
    up, down = _follow(from_above, columns), _follow(from_below, columns)
    return np.concatenate([up[:, ::-1], down[:, 1:]], axis=1)


def _cheapest_ways(inked: NDArray[np.bool_]) -> tuple[Points, NDArray[np.int8]]:
    """Return what the cheapest way from the first row to each cell of the last one costs.

    Also returns, of shape (rows - 1, columns), the step to the side that leads back to the row
    before.
    """
    rows, columns = inked.shape
    prices = np.full(columns + 2, np.inf)
    prices[1:-1] = inked[0]
    back = np.zeros((rows - 1, columns), np.int8)
    for row in range(1, rows):
        left, straight, right = prices[:-2] + SIDESTEP, prices[1:-1], prices[2:] + SIDESTEP
        aside = np.minimum(left, right)
        leave = aside < straight
        back[row - 1] = np.where(leave, np.where(left <= right, -1, 1), 0)
        prices[1:-1] = np.where(leave, aside, straight) + inked[row]
    return prices[1:-1], back


def _choose(prices: Points, height: float) -> NDArray[np.intp]:
    """Return the cells of the middle row whose seams are the cheapest around, from the left."""
    distance = max(1, int(LEAST_DISTANCE * height))
    inner = np.arange(distance, len(prices) - distance)
    chosen: list[int] = []
    for column in inner[np.argsort(prices[inner], kind="stable")].tolist():
        if prices[column] > MAX_PRICE * height or len(chosen) == MAX_SEAMS:
            break
        around = prices[column - distance // 2 : column + distance // 2 + 1]
        apart = all(abs(column - other) >= distance for other in chosen)
        if apart and prices[column] == around.min():
            chosen.append(column)
    return np.array(sorted(chosen), np.intp)


def _follow(back: NDArray[np.int8], columns: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the ways from the given cells of the last row to the first, shape (n, rows)."""
    ways = np.empty((len(columns), len(back) + 1), np.intp)
    ways[:, 0] = columns
    for step, row in enumerate(back[::-1]):
        ways[:, step + 1] = ways[:, step] + row[ways[:, step]]
    return ways
