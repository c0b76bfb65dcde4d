"""The kinds of storage faults, and how one of them is drawn for a request of the function's."""

import itertools
import random
from dataclasses import dataclass

from bench.faults import Fault

MOST_AWAY_S = 1.0  # where nobody listens for a while


@dataclass(frozen=True)
class Kind:
    """One kind: what happens to the requests that it hits; without faults, nobody listens."""

    name: str
    faults: tuple[Fault, ...] = ()


KINDS = (
    Kind("connection refused"),
    Kind("hanging", (Fault.HANG, Fault.IGNORE)),
    Kind("500", (Fault.ANSWER_500,)),
    Kind("503 SlowDown", (Fault.ANSWER_503,)),
    Kind("403 AccessDenied", (Fault.ANSWER_403,)),
    Kind("404 NoSuchBucket", (Fault.ANSWER_404,)),
    Kind("half a body", (Fault.CUT_ANSWER,)),
    Kind("wrong checksum", (Fault.DAMAGE,)),
    Kind("lost acknowledgement", (Fault.LOSE_ANSWER, Fault.SWALLOW_ANSWER)),
    Kind("answer cut at a byte", (Fault.CUT_AT,)),
    Kind("request cut", (Fault.REFUSE, Fault.CUT_REQUEST)),
    Kind("a byte each 0.2 s", (Fault.DRIP,)),
    Kind("no HTTP", (Fault.ANSWER_GARBAGE,)),
    Kind("redirect elsewhere", (Fault.ANSWER_301, Fault.ANSWER_307)),
    Kind("a 200 that is not S3's", (Fault.ANSWER_EMPTY, Fault.ANSWER_PAGE)),
)


@dataclass(frozen=True)
class Trouble:
    """A fault as it is drawn.

    faults: what happens to the first requests, afterwards: to all that follow.
    away_s: nobody listens for so long; infinity: until it is over; None: somebody always does.
    """

    faults: tuple[Fault, ...] = ()
    afterwards: Fault = Fault.NONE
    away_s: float | None = None

    @classmethod
    def draw(cls, kind: Kind, requests: int, generator: random.Random) -> "Trouble":
        """Draw which of about so many requests are hit: one, two, or all from there on."""
        times = generator.choice((1, 2, None))
        if not kind.faults:
            away_s = float("inf") if times is None else generator.uniform(0.0, MOST_AWAY_S)
            return cls(away_s=away_s)
        spared = (Fault.NONE,) * generator.randrange(requests)
        fault = generator.choice(kind.faults)
        if times is None:
            return cls(spared, fault)
        return cls((*spared, *itertools.repeat(fault, times)))
