"""Programs that a test runs in a process of their own."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def run_child(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `program` to its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
