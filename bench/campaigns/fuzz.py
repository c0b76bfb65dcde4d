"""Bytes become requests under a fuzzer that sees which code they reach (atheris): images, PNGs
whose checksums are mended, bodies of JSON, images in base64, strokes, and tensors. None may raise
what is no refusal of the request, or a warning. What is accepted is normalised and parted into
digits, all but the network, and so are the largest images and drawings that the limits let in; that
may take no more than 50 ms of processor time and 16 MB beyond what the process had.

It needs `.venv-fuzz` (`make fuzz-env`; Python 3.11, for which atheris is built) and Linux. Corpus
and counts are kept in `build/fuzz/` by seed, so what was stopped goes on. One in 128 inputs that
are fuzzed (in 32 of strokes) is parted; those that reached anything new or took the most so far all
are, when prices are measured at the end, without instrumentation.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.fuzz.largest import largest_inputs
from bench.fuzz.rounds import fuzz
from bench.fuzz.targets import TARGETS
from bench.fuzz.trial import FREE, MOST_MB, MOST_MS, Peak, Price, Surprise, measured, prices
from bench.fuzz.yard import BUILD, Yard, corpus_of
from bench.outcome import Fact

SIZE = 10_000_000


def run(size: int, seed: int, folder: Path = BUILD) -> Sequence[Fact]:
    """Fuzz until `size` inputs have been tried with this seed, then measure what was kept.

    folder: keeps, below the seed, what it takes to go on. Raises MissingData where there is no
    environment to fuzz in.
    """
    yards = {name: Yard(folder / str(seed) / name) for name in TARGETS}
    before = sum(yard.runs for yard in yards.values())
    deaths = fuzz(yards, size, seed)
    found = replay(yards)
    peak = Peak()
    tried = [measured(parse, data, peak) for _, parse, data in largest_inputs()]
    largest = [price for price in tried if price != FREE]
    return [
        Fact("inputs tried", sum(yard.runs for yard in yards.values()), least=size),
        Fact("of these before it was stopped and went on", before),
        Fact("places where one failed", sum(len(y.failures()) for y in yards.values()), most=0),
        Fact("processes that died", deaths, most=0),
        Fact("accepted of those that were kept", len(found), least=1),
        *_facts("of these", found),
        Fact("largest images and drawings accepted", len(largest), least=len(tried)),
        *_facts("of the largest", largest),
    ]


def replay(yards: Mapping[str, Yard]) -> list[Price]:
    """Try all that is kept, here and in the project; keep what fails, return the prices."""
    peak, found = Peak(), list[Price]()
    for name, yard in yards.items():
        for path in (*corpus_of(name), *yard.inputs()):
            data = path.read_bytes()
            try:
                found += prices(TARGETS[name], data, peak)
            except Surprise as surprise:
                yard.keep_surprise(surprise.place, str(surprise), data)
    return found


def _facts(which: str, found: Sequence[Price]) -> list[Fact]:
    time_ms, memory_mb = (max(column) for column in zip(*found, strict=True))
    return [
        Fact(f"most time {which}", time_ms, "ms", most=MOST_MS),
        Fact(f"most memory {which}", memory_mb, "MB", most=MOST_MB),
    ]
