"""A measured figure: median and spread, its floor, the ratio of both, and what was aimed at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of n values, and between which the middle half lies."""

    median: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of at least one value."""
        low, median, high = np.percentile(values, (25, 50, 75))
        return cls(float(median), float(low), float(high), len(values))

    def __str__(self) -> str:
        """Say median and quartiles."""
        if self.n == 1:
            return f"{self.median:,.1f}"
        return f"{self.median:,.1f} ({self.low:,.1f} to {self.high:,.1f})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of docs/performance.md.

    floor: measured in the same run, in turn with the figure; None where there is none.
    most_times, most: the aim, as a ratio to the floor and in the unit itself.
    """

    what: str
    unit: str
    value: Spread
    floor: Spread | None = None
    most_times: float | None = None
    most: float | None = None

    @property
    def times(self) -> float | None:
        """How many times the floor the figure is."""
        return None if self.floor is None else self.value.median / self.floor.median

    @property
    def aims(self) -> str:
        """What was aimed at, and whether it is reached."""
        checks = [
            (self.most_times, self.times, " x the floor"),
            (self.most, self.value.median, f" {self.unit}"),
        ]
        return "; ".join(
            f"at most {aim:.3g}{unit}: {'yes' if actual <= aim else '**no**'}"
            for aim, actual, unit in checks
            if aim is not None and actual is not None
        )

    def __str__(self) -> str:
        """Say it in one line."""
        floor = "" if self.floor is None else f", floor {self.floor}: {self.times:.2f} x"
        return f"{self.what}: {self.value} {self.unit}, n = {self.value.n}{floor} [{self.aims}]"
