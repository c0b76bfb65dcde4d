"""Processes that are killed at a moment of chance, and what they said before."""

import multiprocessing
import os
import select
import signal
import time
from collections.abc import Callable, Sequence

from export.errors import DamagedData

START_TIMEOUT_S = 5.0
STARTED = b"started\n"  # what a task writes when it begins

Task = Callable[[int], None]  # takes the end of a pipe to which it writes what it did


def kill_some(
    tasks: Sequence[Task], life_s: float, wait: Callable[[float], None] = time.sleep
) -> tuple[int, list[str]]:
    """Run tasks at once, kill them so long after the first has started, and hear what they said.

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
        select.select([reading for reading, _ in ends], [], [], START_TIMEOUT_S)
        wait(life_s)
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
