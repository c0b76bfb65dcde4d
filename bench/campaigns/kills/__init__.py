"""Local servers are killed (`kill -9`) at any moment, some while they start, while senders give,
repeat, read and withdraw feedback over HTTP and a reviewer moves it in the same directory, a
process that is killed now and then as well. What was acknowledged must outlive every kill once and
whole, what was withdrawn must stay away, and the next start must sweep what a kill left behind.

Two lanes run beside each other, each on a store of its own, which is checked and left for a new
one after so many kills. A sender whose request was cut off repeats it in the next life.
"""

import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.campaigns.kills.lane import Lane
from bench.campaigns.kills.tolls import Tolls, total
from bench.outcome import Fact

SIZE = 1000  # kills of servers
LANES = 2


def run(size: int, seed: int) -> Sequence[Fact]:
    """Kill so many servers, in lanes side by side."""
    shares = [size // LANES + (lane < size % LANES) for lane in range(LANES)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(LANES) as pool:
        lanes = [
            Lane(Path(folder) / str(number), random.Random(f"{seed}/{number}"), share)
            for number, share in enumerate(shares)
        ]
        try:
            tolls: Tolls = total(pool.map(Lane.run, lanes))
        finally:
            for lane in lanes:
                lane.stop()  # on Ctrl-C the lanes would go on to their end
    return facts(tolls)


def facts(tolls: Tolls) -> Sequence[Fact]:
    """Say what was counted, with what must be none."""
    return (
        Fact("servers killed", tolls.kills),
        Fact("of them while they started", tolls.kills_at_start),
        Fact("reviewers killed", tolls.reviewers),
        Fact("pieces of feedback acknowledged", tolls.acknowledged, least=tolls.kills),
        Fact("withdrawals acknowledged", tolls.withdrawn, least=tolls.kills // 4),
        Fact("verdicts acknowledged", tolls.moves, least=tolls.kills),
        Fact("requests cut off by a kill", tolls.cut_off, least=tolls.kills // 4),
        Fact("files of broken-off writes found after kills", tolls.leftovers),
        Fact("pieces lost, or not whole", tolls.lost, most=0),
        Fact("pieces in two places", tolls.doubled, most=0),
        Fact("withdrawn pieces that came back", tolls.came_back, most=0),
        Fact("verdicts forgotten", tolls.forgotten, most=0),
        Fact("torn files", tolls.torn, most=0),
        Fact("leftovers that outlived the next start", tolls.unswept, most=0),
        Fact("answers that were not what they must be", tolls.wrong, most=0),
    )
