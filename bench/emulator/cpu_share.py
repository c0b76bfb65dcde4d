"""A process's share of the processor, by memory size as Lambda gives it.

Linux control groups (version 1 or 2) do it, where this user may make one; elsewhere a worker runs
at full speed, and CAN_LIMIT says so.
"""

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

MEMORY_OF_A_CORE_MB = 1769  # "At 1,769 MB, a function has the equivalent of one vCPU"
PERIOD_US = 20_000  # Lambda's own, as /proc and throttling show in a function
MIN_QUOTA_US = 1_000  # the kernel takes no less
ROOT = Path("/sys/fs/cgroup")
VERSION_1 = ROOT / "cpu"
CAN_LIMIT = os.access(VERSION_1 if VERSION_1.is_dir() else ROOT, os.W_OK)


@dataclass
class CpuShare:
    """A limit for one process; 1.0 is one core."""

    share: float
    _group: Path | None = field(default=None, init=False)

    @classmethod
    def of_memory(cls, memory_mb: int) -> "CpuShare":
        """Return the share that a function of this size has."""
        return cls(memory_mb / MEMORY_OF_A_CORE_MB)

    def limit(self, pid: int) -> bool:
        """Hold a process to the share from now on; False where this machine does not allow it."""
        if not CAN_LIMIT:
            return False
        quota_us = max(MIN_QUOTA_US, int(self.share * PERIOD_US))
        group = (VERSION_1 if VERSION_1.is_dir() else ROOT) / f"inkling-{uuid.uuid4().hex}"
        group.mkdir()
        self._group = group
        if VERSION_1.is_dir():
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
        (group / "cgroup.procs").write_text(str(pid))
        return True

    def close(self) -> None:
        """Remove the limit; its process has ended."""
        if self._group is not None:
            self._group.rmdir()
            self._group = None
