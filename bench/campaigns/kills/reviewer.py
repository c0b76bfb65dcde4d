"""A reviewer in a process of its own: `python -m bench.campaigns.kills.reviewer STORE SEED`."""

import os
import random
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.moves import judge_for_ever
from tools.package.build import ROOT


class Reviewer:
    """A process that judges whatever feedback there is until it is killed."""

    def __init__(self, root: Path, seed: int, output: Path) -> None:
        """Start it; `output` takes what it says before and beside its verdicts."""
        command = [sys.executable, "-m", "bench.campaigns.kills.reviewer", str(root), str(seed)]
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=file, text=True
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def kill(self) -> list[str]:
        """Kill it and return the lines that it said, whole ones alone."""
        self._process.kill()
        said, _ = self._process.communicate()
        return [line for line in said.splitlines(keepends=True) if line.endswith("\n")]


if __name__ == "__main__":
    judge_for_ever(
        Path(sys.argv[1]),
        random.Random(int(sys.argv[2])),
        lambda line: os.write(sys.stdout.fileno(), line),
    )
