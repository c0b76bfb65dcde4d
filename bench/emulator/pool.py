"""The workers of a function: started when they are wanted, used again while they are warm."""

from collections import Counter
from contextlib import suppress
from threading import Lock
from typing import NamedTuple, Protocol

from bench.emulator.runtime_api import Invoked, Outcome
from bench.emulator.worker import Function, Worker


class TooManyRequests(Exception):
    """All workers that the function may have are busy."""


class Execution(NamedTuple):
    """What came of an event, whether a worker was started for it, and the version it runs."""

    invoked: Invoked
    cold: bool
    version: str


class Target(Protocol):
    """What a gateway calls: a function by itself, or one of its aliases."""

    def invoke(self, event: bytes) -> Execution:
        """Return what came of an event. Raises TooManyRequests."""

    def chill(self) -> int:
        """Stop the workers that wait; return how many there were."""


class Pool:
    """At most `size` workers, the one that answered last being the first to be used again.

    outcomes: how often each came of an event, and how many workers ended by themselves between
    two. peak_mb: the most memory that one of the workers has held, of those that were stopped.
    """

    def __init__(self, function: Function, size: int) -> None:
        self._function = function
        self._free = size
        self._idle: list[Worker] = []
        self._lock = Lock()
        self.outcomes: Counter[Outcome] = Counter()
        self.peak_mb = 0.0

    def invoke(self, event: bytes) -> Execution:
        """Return what a worker answers. Raises TooManyRequests.

        A worker that failed to start, ended or took too long is not used again, as in Lambda.
        """
        worker, cold = self._take()
        invoked = worker.invoke(event)
        if invoked.outcome not in (Outcome.RESPONSE, Outcome.ERROR):
            worker.close()
        with self._lock:
            self.outcomes[invoked.outcome] += 1
            if invoked.outcome in (Outcome.RESPONSE, Outcome.ERROR):
                self._idle.append(worker)
            else:
                self._free += 1
        return Execution(invoked, cold, self._function.version)

    def _take(self) -> tuple[Worker, bool]:
        with self._lock, suppress(IndexError):
            return self._idle.pop(), False
        with self._lock:
            if not self._free:
                raise TooManyRequests
            self._free -= 1
        return Worker(self._function), True

    def chill(self) -> int:
        """Stop the workers that wait; the next requests start cold. Return how many there were."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._free += len(idle)
        for worker in idle:
            if worker.process.poll() is None:
                self.peak_mb = max(self.peak_mb, worker.memory_mb(peak=True))
            else:
                self.outcomes[Outcome.ENDED] += 1
            worker.close()
        return len(idle)
