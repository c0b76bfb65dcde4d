"""What the cases found, counted together."""

import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from bench.outcome import Fact

FEEDBACK_S = 5.0
RECOGNITION_S = 2.0
UNAVAILABLE = 503
LEAST_MET = 10  # one answer in so many says that S3 failed; else the faults do not reach it
UNREAD = "recognitions answered otherwise than 200 with the right label"
FOREIGN_HEAD = "recognitions by a head that was neither current nor the last good one"
STALE_HEAD = "new heads that did not come once the fault was over"
OTHER_ANSWER = "answers to feedback other than 2xx or 503 with Retry-After"
NOT_STORED = "201 without record and picture stored as sent"
NOT_ONE = "keys with other than one record and one picture in the end"
OTHER_RECEIPT = "repetitions that got another receipt"
NOT_GONE = "withdrawals answered 204, or 404 when repeated, that left something"
NOT_OVER = "requests that failed after the fault was over"
FOLLOWED = "redirects that were followed"
FORBIDDEN = (
    UNREAD,
    FOREIGN_HEAD,
    STALE_HEAD,
    OTHER_ANSWER,
    NOT_STORED,
    NOT_ONE,
    OTHER_RECEIPT,
    NOT_GONE,
    NOT_OVER,
    FOLLOWED,
)


@dataclass
class Tally:
    """Counts of all lanes.

    wrong: by what should never be. waits: of answers to feedback while S3 failed, by kind, in s.
    warm, cold: waits for recognitions meanwhile, in s. answers: to feedback meanwhile, by status.
    cuts: the bytes of an answer at which its connection was cut.
    """

    wrong: Counter[str] = field(default_factory=Counter)
    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    warm: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    cuts: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def require(self, held: bool, what: str, case: str) -> None:  # noqa: FBT001 - a condition
        """Count what should never be where it is, and say in which case."""
        if held:
            return
        with self._lock:
            self.wrong[what] += 1
        print(f"\n{case}: {what}", file=sys.stderr)

    def facts(self) -> Iterator[Fact]:
        """Yield what was found, the promises first."""
        for what in FORBIDDEN:
            yield Fact(what, self.wrong[what], most=0)
        yield Fact("recognitions while S3 failed", len(self.warm) + len(self.cold))
        if self.warm:
            yield Fact("slowest of a warm worker", max(self.warm), "s", most=RECOGNITION_S)
        if self.cold:
            yield Fact("slowest of a new worker, its start included", max(self.cold), "s")
        met = self.answers.total() // LEAST_MET
        for status, count in sorted({UNAVAILABLE: 0, **self.answers}.items()):
            least = met if status == UNAVAILABLE else None
            yield Fact(f"answers of {status} to feedback while S3 failed", count, least=least)
        yield Fact("bytes of an answer at which a connection was cut", len(self.cuts))
        for kind, waits in self.waits.items():
            what = (
                f"{kind}: slowest answer to feedback of {len(waits)}, median {median(waits):.2g} s"
            )
            yield Fact(what, max(waits), "s", most=FEEDBACK_S)
