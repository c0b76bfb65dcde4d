"""One input, tried: refused as it should be, or accepted at a price that is measured."""

import ctypes
import os
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.fuzz.targets import Parse, Target, is_refusal, read

MOST_MS = 50.0
MOST_MB = 16.0
REPEATS = 3  # of what took too much: the least of them counts
STATUS_BYTES = 4096
KIB_IN_MB = 1024 / 1e6


class Price(NamedTuple):
    """What an accepted input took.

    time_ms: processor time of parsing, segmentation and normalisation, the network left out.
    memory_mb: how much larger the process was at its largest, in 1,000,000 bytes, what libraries
        in C take included.
    """

    time_ms: float
    memory_mb: float

    @property
    def is_too_high(self) -> bool:
        """Whether it is beyond either bound."""
        return self.time_ms > MOST_MS or self.memory_mb > MOST_MB


FREE = Price(0.0, 0.0)


class Surprise(Exception):
    """An exception, or a warning, that nobody expected.

    place: its class and the line that raised it, the same for all inputs that fail alike.
    """

    def __init__(self, error: Exception) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        self.place = f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
        super().__init__("".join(traceback.format_exception(error)))


class Peak:
    """The most memory that this process has had since it was asked to forget (Linux)."""

    def __init__(self) -> None:
        self._status = os.open("/proc/self/status", os.O_RDONLY)
        self._clear = os.open("/proc/self/clear_refs", os.O_WRONLY)
        self._libc = ctypes.CDLL(None)

    def forget(self) -> float:
        """Return what is resident now, in MB, from which on the most is kept."""
        os.write(self._clear, b"5")
        return self.most()

    def most(self) -> float:
        """Return the most since then, in MB."""
        status = os.pread(self._status, STATUS_BYTES, 0)
        at = status.index(b"VmHWM:") + len(b"VmHWM:")
        return int(status[at : status.index(b"kB", at)]) * KIB_IN_MB

    def trim(self) -> None:
        """Give free memory back, which would hide what is taken next."""
        self._libc.malloc_trim(0)


def prices(target: Target, data: bytes, peak: Peak, *, parted: bool = True) -> Iterator[Price]:
    """Take an input through a target; yield the price for each parser that accepts it.

    parted: into digits as well. A price beyond a bound is the least of several. Raises Surprise.
    """
    for parse in target.parses:
        price = try_once(parse, data, peak, parted=parted)
        if price and price.is_too_high:
            price = measured(parse, data, peak, parted=parted)
        if price:
            yield price


def measured(parse: Parse, data: bytes, peak: Peak, *, parted: bool = True) -> Price:
    """Return the least that an accepted input takes, of several tries. Raises Surprise."""
    found = []
    for _ in range(REPEATS):
        peak.trim()
        found.append(try_once(parse, data, peak, parted=parted) or FREE)
    return Price(*map(min, zip(*found, strict=True)))


def try_once(parse: Parse, data: bytes, peak: Peak, *, parted: bool) -> Price | None:
    """Return what an input took, None where it is refused. Raises Surprise."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before_mb, started_s = peak.forget(), time.process_time()
        try:
            read(parse(data), parted=parted)
        except Exception as error:
            if is_refusal(error):
                return None
            raise Surprise(error) from error
    taken_s = time.process_time() - started_s
    return Price(taken_s * 1000, peak.most() - before_mb)
