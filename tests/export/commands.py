"""Runs the package's commands as their users do."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_export(
    command: str, *arguments: str, columns: int = 80
) -> subprocess.CompletedProcess[str]:
    """Run `python -m export.<command>` from the project's root and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", f"export.{command}", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
