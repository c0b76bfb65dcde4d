"""The processes that fuzz, one to a core, until each target has had its share of runs."""

import os
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from bench.fuzz.targets import TARGETS
from bench.fuzz.yard import ROOT, Yard
from export.errors import MissingData
from export.progress import show_progress

PYTHON = ROOT / ".venv-fuzz" / "bin" / "python"
ROUND_RUNS = 100_000  # of a process: libFuzzer's memory grows with them
NICENESS = "10"
SLOW_S = 600  # never: the price of an input is measured in processor time
DISTANCE = 1_000_003  # between the seeds of two rounds


def fuzz(yards: Mapping[str, Yard], size: int, seed: int) -> int:
    """Fuzz until the yards count `size` runs together; return how many processes died of it.

    Raises MissingData where there is no environment to fuzz in, or it does not work.
    """
    if not PYTHON.exists():
        raise MissingData("Fuzzing needs an environment of its own: make fuzz-env")
    stop = threading.Event()

    def fuzz_target(name: str) -> int:
        deaths, wanted = 0, -int(-size * TARGETS[name].share // 1)
        while (left := wanted - yards[name].runs) > 0 and not stop.is_set():
            deaths += not fuzz_once(name, yards[name], min(left, ROUND_RUNS), seed)
            show_progress("fuzzing", sum(yard.runs for yard in yards.values()), size)
        return deaths

    longest_first = sorted(yards, key=lambda name: -TARGETS[name].share)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            return sum(pool.map(fuzz_target, longest_first))
        finally:
            stop.set()  # on Ctrl-C the others would go on to their end


def fuzz_once(name: str, yard: Yard, runs: int, seed: int) -> bool:
    """Have a process try so many inputs; return whether it ended well. Raises MissingData."""
    before = yard.runs
    options = [
        f"-runs={runs}",
        f"-report_slow_units={SLOW_S}",
        f"-seed={(seed + before * DISTANCE) % 2**32 or 1}",
    ]
    command = ["nice", "-n", NICENESS, str(PYTHON), "-m", "bench.fuzz.fuzzer", name]
    with yard.log.open("wb") as log:
        ended = subprocess.run(
            [*command, str(yard.folder), *options], check=False, cwd=ROOT, stdout=log, stderr=log
        )
    if yard.runs == before:
        raise MissingData(f"Fuzzing {name} did not even begin: see {yard.log}")
    return ended.returncode == 0
