"""Processes that are killed at a moment of chance, and what they said before."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import connection
from multiprocessing.context import ForkProcess

from export.errors import DamagedData

START_TIMEOUT_S = 30.0
STARTED = b"started\n"  # what a task writes when it begins

Task = Callable[[int], None]  # takes the end of a pipe to which it writes what it did
Wait = Callable[[float, Sequence[ForkProcess]], None]  # returns at the moment of a kill


def sleep(life_s: float, running: Sequence[ForkProcess]) -> None:
    """Sleep so long, or until all processes have ended."""
    until_s = time.monotonic() + life_s
    while (left_s := until_s - time.monotonic()) > 0 and (alive := _alive(running)):
        connection.wait([process.sentinel for process in alive], left_s)


def are_over(running: Iterable[ForkProcess]) -> bool:
    """Whether all processes have ended: nothing is left to be killed."""
    return not _alive(running)


def kill_some(tasks: Sequence[Task], life_s: float, wait: Wait = sleep) -> tuple[int, list[str]]:
    """Run tasks at once, kill them so long after the first has started, and hear what they said.

    wait: called with that time and the processes; may return sooner.
    Returns how many were killed, and the lines of all; raises DamagedData where one failed by
    itself.
    """
    ends = [os.pipe() for _ in tasks]
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=t, args=(w,)) for t, (_, w) in zip(tasks, ends, strict=True)]
    for process, (_, writing) in zip(running, ends, strict=True):
        process.start()
        os.close(writing)
    try:
        sentinels = [process.sentinel for process in running]
        connection.wait([*(reading for reading, _ in ends), *sentinels], START_TIMEOUT_S)
        wait(life_s, running)
    finally:
        for process in running:
            process.kill()
    killed, said = 0, []
    for process, (reading, _) in zip(running, ends, strict=True):
        process.join()
        if process.exitcode not in (0, -signal.SIGKILL):
            raise DamagedData("A process", "failed by itself; see above")
        killed += process.exitcode == -signal.SIGKILL
        with os.fdopen(reading) as lines:
            said += [line for line in lines if line.encode() != STARTED]
    return killed, said


def _alive(running: Iterable[ForkProcess]) -> list[ForkProcess]:
    return [process for process in running if process.is_alive()]
