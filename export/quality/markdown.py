"""Shares, intervals and tables as Markdown."""

from collections.abc import Iterable, Sequence

import numpy as np

from export.evaluate import Score

RESAMPLINGS = 2000
SEED = 3


def share(score: Score) -> str:
    """Return a share with its interval and counts: `99.48 % (98.8 to 99.8), 957 of 962`."""
    return f"{brief(score)}, {score.correct:,} of {score.drawings:,}"


def brief(score: Score) -> str:
    """Return a share with its interval, where the number of drawings stands elsewhere."""
    return f"{percent(score.accuracy)} ({span(score.interval())})"


def percent(value: float) -> str:
    """Return a share in [0, 1] as percent."""
    return f"{100 * value:.2f} %"


def span(interval: tuple[float, float]) -> str:
    """Return an interval of shares, in percent without the sign."""
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def spread_of_mean(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of a mean from 2,000 resamplings (Efron 1979), always the same."""
    rng = np.random.default_rng(SEED)
    drawn = rng.choice(np.asarray(values, np.float64), size=(RESAMPLINGS, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), (2.5, 97.5))
    return float(low), float(high)
