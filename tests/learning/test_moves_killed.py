"""Feedback in a directory is judged and withdrawn by processes that are killed."""

import subprocess
import sys
from pathlib import Path

from tests.stores.child import REPOSITORY

KILLS = 40


def test_kills_lose_nothing_double_nothing_and_bring_nothing_back(tmp_path: Path) -> None:
    """The short form of the benchmark, in a process of its own because it forks."""
    command = [sys.executable, "-m", "bench.moves", "--pieces", "20"]
    found = subprocess.run(
        [*command, "--kills", str(KILLS), "--store", str(tmp_path / "store")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    print(found.stdout, found.stderr)  # the seed
    assert found.returncode == 0
    assert "nothing lost, nothing doubled, nothing came back" in found.stdout
