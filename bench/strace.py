"""Errors put into the system calls of a process, by strace."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import InklingError

_CALL = re.compile(r"^\d+ +(?P<name>[a-z0-9_]+)\(")
_INJECTED = "(INJECTED)"


class NoStrace(InklingError):
    """Errors cannot be put into system calls here."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no error can be injected: {reason.strip()}; install strace, run as root")


@dataclass(frozen=True, slots=True)
class Injection:
    """Which call fails, and how: the `number`-th one of that name in each thread, from 1."""

    call: str
    number: int
    error: str


class Trace:
    """A strace that is attached to a process which waits until it is."""

    def __init__(
        self, pid: int, calls: Sequence[str], log: Path, injection: Injection | None = None
    ) -> None:
        """Attach. Raises NoStrace."""
        if not shutil.which("strace"):
            raise NoStrace("there is no strace")
        command = ["strace", "-f", "-p", str(pid), "-o", str(log), "-e", f"trace={','.join(calls)}"]
        if injection:
            fault = f"inject={injection.call}:error={injection.error}:when={injection.number}"
            command += ["-e", fault]
        self._log = log
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        said = self._process.stderr.readline() if self._process.stderr else ""
        if "attached" not in said:
            self._process.kill()
            raise NoStrace(said + self._process.communicate()[1])

    def lines(self) -> list[str]:
        """Wait until the process has ended and return its calls, one a line."""
        self._process.communicate()
        return self._log.read_text(errors="replace").splitlines()


def count_calls(lines: Sequence[str]) -> dict[str, int]:
    """Return how many calls of each name the thread with the most of them made."""
    found: dict[str, Counter[str]] = {}
    for line in lines:
        if call := _CALL.match(line):
            found.setdefault(call["name"], Counter())[line.split()[0]] += 1
    return {name: max(of.values()) for name, of in found.items()}


def was_injected(lines: Sequence[str]) -> bool:
    """Whether the error came."""
    return any(_INJECTED in line for line in lines)
