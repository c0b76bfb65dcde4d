"""Writers in processes of their own swap the pointer while they are killed."""

import random
from pathlib import Path

from bench.swaps import Race, run

WRITERS = 8
SWAPS = 25
KILLS = 6


def test_every_acknowledged_swap_is_in_the_history_once(tmp_path: Path) -> None:
    """`python -m bench.swaps` is the long form."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    outcome = run(Race(str(tmp_path / "store"), WRITERS, SWAPS, KILLS, seed), tmp_path)
    print(outcome)
    assert outcome.acknowledged == WRITERS * SWAPS
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.unacknowledged <= KILLS


def test_so_it_is_in_s3(bucket: str, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    outcome = run(Race(f"s3://{bucket}", 3, 8, 2, seed), tmp_path)
    assert outcome.acknowledged == 24
    assert (outcome.lost, outcome.doubled) == (0, 0)
