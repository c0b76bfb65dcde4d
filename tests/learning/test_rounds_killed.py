"""Rounds over a directory are run by processes that are killed."""

import re
import subprocess
import sys

from tests.stores.child import REPOSITORY

KILLS = 12


def test_kills_lose_no_feedback_and_promote_once_a_round() -> None:
    """The short form of the benchmark, in a process of its own because it forks."""
    found = subprocess.run(
        [sys.executable, "-m", "bench.round_kills", "--kills", str(KILLS)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    print(found.stdout, found.stderr)  # the seed
    assert found.returncode == 0
    assert "nothing lost, nothing doubled" in found.stdout
    assert re.search(r"[1-9]\d* promotions", found.stdout), "there was something to kill"
