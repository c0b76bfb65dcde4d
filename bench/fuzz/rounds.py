"""The processes that fuzz, one after another, until each target has had its share of runs."""

import subprocess
from collections.abc import Mapping

from bench.fuzz.targets import TARGETS
from bench.fuzz.yard import ROOT, Yard
from export.errors import MissingData
from export.progress import show_progress

PYTHON = ROOT / ".venv-fuzz" / "bin" / "python"
ROUND_RUNS = 100_000  # of a target before the next has its turn
NICENESS = "10"
SLOW_S = 600  # never: the price of an input is measured in processor time
DISTANCE = 1_000_003  # between the seeds of two rounds


def fuzz(yards: Mapping[str, Yard], size: int, seed: int) -> int:
    """Fuzz until the yards count `size` runs together; return how many processes died of it.

    Raises MissingData where there is no environment to fuzz in, or it does not work.
    """
    if not PYTHON.exists():
        raise MissingData("Fuzzing needs an environment of its own: make fuzz-env")
    deaths = 0
    wanted = {name: -int(-size * target.share // 1) for name, target in TARGETS.items()}
    while left := {name: wanted[name] - yard.runs for name, yard in yards.items()}:
        left = {name: runs for name, runs in left.items() if runs > 0}
        if not left:
            break
        for name, runs in left.items():
            deaths += not fuzz_once(name, yards[name], min(runs, ROUND_RUNS), seed)
            show_progress("fuzzing", sum(yard.runs for yard in yards.values()), size)
    return deaths


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
