"""How long a reviewer waits: to begin, for the page's list, for the rules and their undo.

    python -m bench.review [--count 5000] [--data ../shared/data]

The feedback is what `bench.feedback_samples` sends, in a new folder on this machine's disk.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.feedback_samples import SEED, claimed_drawings, send
from bench.latency import processor
from bench.samples import load_samples
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from export.command import MODELS_FOLDER, positive, run_command
from export.review.addresses import Addresses
from export.review.queue import Queue
from export.review.session import Decision, Review
from export.splits import Part


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.review", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--count", type=positive, default=5000)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    samples = load_samples(arguments.data, Part.VALIDATION)
    with tempfile.TemporaryDirectory() as folder:
        send(claimed_drawings(samples, arguments.count, rng), folder, rng)
        print(f"{arguments.count} drawings, seed {SEED}, n = 1, {processor()}")
        _measure(folder)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _measure(folder: str) -> None:
    clock = _Clock()
    shelf = FeedbackShelf(open_store(folder))
    queue = Queue(shelf, ModelRegistry.load(MODELS_FOLDER), lambda _done, _whole: None)
    items = queue.of(FeedbackStatus.QUARANTINE)
    clock.tell("until the first drawing is shown")
    review = Review(shelf, queue, "bench")
    content = Addresses(review, folder).get("items", {})
    clock.tell(f"the page's list, {len(content[1]) / 1e6 if content else 0:.1f} MB")
    moved = review.decide([item.id for item in items], Decision.RULES).moved
    clock.tell(f"the rules, which decide {len(moved)}")
    review.undo()
    clock.tell("their undo")


class _Clock:
    def __init__(self) -> None:
        self._since = time.perf_counter()

    def tell(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{now - self._since:7.2f} s  {what}")
        self._since = time.perf_counter()


if __name__ == "__main__":
    run_command(main)
