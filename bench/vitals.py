"""What a worker's process holds: memory, descriptors, threads, temporary files."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.emulator.worker import Worker
from bench.outcome import Fact

SETTLE_S = 0.3  # in which a worker that has answered comes to wait for its next event
MOST_GROWTH_MB = 5.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process held at a moment at which it had nothing to do; memory in 1,000,000 bytes."""

    memory_mb: float
    descriptors: int
    threads: int
    temporary_files: int

    @classmethod
    def of(cls, worker: Worker, *folders: Path) -> Self:
        """Look at a worker, and at the folders in which its temporary files can be."""
        time.sleep(SETTLE_S)
        process = Path(f"/proc/{worker.process.pid}")
        return cls(
            worker.memory_mb(),
            _count(process / "fd"),
            _count(process / "task"),
            sum(_count(folder) for folder in folders),
        )

    def facts(self, before: Self) -> list[Fact]:
        """Say what has become more since."""
        return [
            Fact("memory after warm-up", before.memory_mb, "MB"),
            Fact(
                "growth of memory since",
                self.memory_mb - before.memory_mb,
                "MB",
                most=MOST_GROWTH_MB,
            ),
            Fact("more file descriptors", self.descriptors - before.descriptors, most=0),
            Fact("more threads", self.threads - before.threads, most=0),
            Fact("temporary files left", self.temporary_files, most=0),
        ]


def _count(folder: Path) -> int:
    """Return how many names a folder has; none where it is not there (yet)."""
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
