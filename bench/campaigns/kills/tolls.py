"""What a lane of kills counted."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass
class Tolls:
    """Counts; the last seven must be 0.

    leftovers: files in the store that a kill left, neither feedback nor anything else. unswept: of
    these, what was still there once the next server had taken feedback.
    """

    kills: int = 0
    kills_at_start: int = 0
    reviewers: int = 0
    acknowledged: int = 0
    withdrawn: int = 0
    moves: int = 0
    cut_off: int = 0
    leftovers: int = 0
    lost: int = 0
    doubled: int = 0
    came_back: int = 0
    forgotten: int = 0
    torn: int = 0
    unswept: int = 0
    wrong: int = 0


def total(tolls: Iterable[Tolls]) -> Tolls:
    """Return the sums of all."""
    found = list(tolls)
    return Tolls(**{f.name: sum(getattr(one, f.name) for one in found) for f in fields(Tolls)})
