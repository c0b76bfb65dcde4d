"""S3 fails in fifteen ways while people draw, send feedback and withdraw it. A proxy between the
built package, under AWS's runtime client, and a real S3 server refuses, hangs, cuts, damages or
makes up one, two or all answers: to the reading of heads, on a cold start and half a minute after
the last, and to each step of a feedback and of its withdrawal. Each is then repeated undisturbed
with the same key, and what is stored is looked up past the proxy.

Size: cases, the kinds in turn. `Case.run` says what is tried in each and what must hold.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from bench import emulator
from bench.campaigns.storage_faults.bucket import Bucket
from bench.campaigns.storage_faults.case import Case
from bench.campaigns.storage_faults.kinds import KINDS, Kind
from bench.campaigns.storage_faults.lane import CLOCK, Lane
from bench.campaigns.storage_faults.tally import Tally
from bench.emulator.worker import Function
from bench.outcome import Fact
from bench.s3 import ENDPOINT, client, s3_server, with_variables
from bench.workers import functions
from chalicelib.learning.anchors import load_anchors
from chalicelib.learning.heads import Head
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER
from export.progress import show_progress

SIZE = 200 * len(KINDS)
LANES = 8  # they mostly wait


def run(size: int, seed: int) -> Sequence[Fact]:
    """Try so many cases on the built package. Raises FileNotFoundError where none was built."""
    with functions() as found:
        return list(try_cases(found.inkling, size, seed).facts())


def try_cases(
    function: Function, size: int, seed: int, kinds: Sequence[Kind] = KINDS, lanes: int = LANES
) -> Tally:
    """Try so many cases on a function, the kinds in turn; return what was counted."""
    link = function.runtime / f"{CLOCK}.py"
    if not link.exists():
        link.symlink_to(Path(emulator.__file__).with_name(link.name))
    campaign = _Campaign(size, seed, kinds)
    with s3_server() as variables, ThreadPoolExecutor(lanes) as pool:
        reaching = with_variables(function, variables)
        try:
            trying = [pool.submit(campaign.go_on, reaching, lane) for lane in range(lanes)]
            for lane in trying:
                lane.result()
        finally:
            campaign.stop.set()
    return campaign.tally


class _Campaign:
    """Cases that several lanes take from one row."""

    def __init__(self, size: int, seed: int, kinds: Sequence[Kind]) -> None:
        self.tally = Tally()
        self.stop = threading.Event()
        self._size, self._seed, self._kinds = size, seed, kinds
        self._numbers: Iterator[int] = iter(range(size))
        self._head = _trained_head()
        self._lock = threading.Lock()
        self._done = 0

    def go_on(self, function: Function, number: int) -> None:
        """Try one case after another in a lane, until there is none or all stop."""
        upstream = function.variables[ENDPOINT]
        bucket = Bucket(client(upstream), f"lane-{number}")
        bucket.make()
        with closing(Lane(function, upstream, bucket, self._head.model_version)) as lane:
            while not self.stop.is_set() and (case := self._next(lane)):
                case.run()
                with self._lock:
                    self._done += 1
                    show_progress("cases", self._done, self._size)

    def _next(self, lane: Lane) -> Case | None:
        with self._lock:
            number = next(self._numbers, None)
        if number is None:
            return None
        turn, kind = divmod(number, len(self._kinds))
        cut = turn, -(-self._size // len(self._kinds))  # so that no two cuts are at the same byte
        return Case(lane, self._kinds[kind], number, self._seed, self._head, cut, self.tally)


def _trained_head() -> Head:
    """Return the default model's own last layer as a head that can be promoted."""
    registry = ModelRegistry.load(MODELS_FOLDER)
    entry = registry.entry(registry.default)
    _, replay = load_anchors(registry, entry.name)
    return Head(
        model=entry.name,
        model_version=entry.version,
        model_sha256=entry.sha256,
        normalisation=entry.normalisation,
        labels=entry.labels,
        weights=replay.weights,
        bias=replay.bias,
        dataset="a campaign",
        round="a campaign",
        time="2026-11-21T10:00:00+00:00",
    )
