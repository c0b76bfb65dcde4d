"""The cheapest way to part a row of pieces into digits.

Between each two neighbouring pieces of a row is a boundary: to part the row there has a price,
and each run of pieces that may be a digit has a price of its own. Prices are negative log
probabilities (nats) or stand beside them. The best parting is found by dynamic programming over
the lattice of runs (Viterbi; LeCun et al. 1998, section IV).
"""

import math

from chalicelib.recognition.drawing import Points

Run = tuple[int, int]  # the first of its pieces and the one after its last


def cheapest_parting(runs: dict[Run, float], part: Points) -> list[Run]:
    """Return the runs, in order, of the cheapest parting of a row of n pieces.

    runs: the price of each run that may be a digit; together they must allow some parting.
    part: array of shape (n - 1,), the price of parting after each piece but the last.
    """
    count = len(part) + 1
    before = [0.0, *part.tolist()]  # of each piece, the price of parting there
    best = [0.0, *[math.inf] * count]
    came_from = [0] * (count + 1)
    for (start, end), price in sorted(runs.items()):
        total = best[start] + price + before[start]
        if total < best[end]:
            best[end], came_from[end] = total, start
    chosen: list[Run] = []
    end = count
    while end > 0:
        chosen.append((came_from[end], end))
        end = came_from[end]
    return chosen[::-1]
