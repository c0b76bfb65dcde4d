"""The review's page as `make review` starts it: in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


@contextmanager
def review_process(store: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the page on a store; give its address and the process, which is killed at the end."""
    command = [sys.executable, "-m", "export.review", "--page", "--by", "ann"]
    with subprocess.Popen(
        [*command, "--store", str(store), *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.kill()
            process.wait(PATIENCE_S)
