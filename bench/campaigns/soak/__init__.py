"""One worker process of the package makes 100,000 predictions - strokes, PNG, JPEG and pixels, by
one model or by all - between 10,000 mistakes that it must refuse, and takes 5,000 pieces of
feedback into a directory, of which two in five are withdrawn. A second one takes a tenth as much
feedback into S3. What each process holds after its warm-up is compared with what it holds at the
end, and what the stores hold with what was acknowledged.

SIZE is in predictions. A piece of feedback comes with every 20th of them.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from bench.accepted import Rng
from bench.campaigns.soak.soak import Soak
from bench.emulator.worker import Function, Worker
from bench.outcome import Fact
from bench.s3 import s3_server, with_variables
from bench.vitals import Vitals
from bench.workers import functions
from chalicelib.stores.directory import TEMPORARIES
from chalicelib.stores.open import VARIABLE, open_store
from export.progress import show_progress

SIZE = 100_000
EVERY, EVERY_IN_S3 = 20, 2  # how many predictions to a piece of feedback
S3_PART, LEAST_IN_S3 = 10, 20  # that part of the feedback, but some
WARM_UP, WARM_UP_PART = 2_000, 2  # so many requests, or that part of few
SHOWN = 200  # requests from one sight of progress to the next


@dataclass(frozen=True, slots=True)
class Part:
    """One worker's work. folders: where it can leave temporary files."""

    where: str
    function: Function
    folders: tuple[Path, ...]
    size: int
    every: int


def run(size: int, seed: int) -> Sequence[Fact]:
    """Ask for so many predictions, and give a twentieth as many pieces of feedback."""
    with functions() as found:
        return run_on(found.inkling, size, seed)


def run_on(function: Function, size: int, seed: int) -> list[Fact]:
    """Do so with any function that answers as the package does."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="inkling-soak-") as name, s3_server() as s3:
        store, scratch = Path(name) / "feedback", Path(name) / "scratch"
        scratch.mkdir()
        variables = {**function.variables, "TMPDIR": str(scratch), VARIABLE: str(store)}
        function = replace(function, variables=variables)
        here = Part("in a directory", function, (scratch, store / TEMPORARIES), size, EVERY)
        size_in_s3 = EVERY_IN_S3 * max(LEAST_IN_S3, size // EVERY // S3_PART)
        there = Part("in S3", with_variables(function, s3), (scratch,), size_in_s3, EVERY_IN_S3)
        with patch.dict(os.environ, s3):  # for the store that looks into S3
            return [*_soak(here, rng), *_soak(there, rng)]


def _soak(part: Part, rng: Rng) -> list[Fact]:
    warm_up = min(WARM_UP, part.size // WARM_UP_PART)
    with Worker(part.function) as worker:
        soak = Soak(worker, rng)
        _ask(soak, range(warm_up), part)
        before = Vitals.of(worker, *part.folders)
        _ask(soak, range(warm_up, part.size), part)
        after = Vitals.of(worker, *part.folders)
    return [
        Fact(f"predictions, feedback {part.where}", soak.predictions),
        Fact("mistakes that were refused, or should have been", soak.refused),
        Fact("answers that are wrong, or not as the first time", soak.wrong, most=0),
        *after.facts(before),
        *soak.kept.facts(open_store(part.function.variables[VARIABLE]), part.where),
    ]


def _ask(soak: Soak, turns: range, part: Part) -> None:
    for turn in turns:
        soak.predict()
        if (turn + 1) % part.every == 0:
            soak.give_feedback()
        if (turn + 1) % SHOWN == 0 or turn + 1 == part.size:
            show_progress(f"soak, feedback {part.where}", turn + 1, part.size)
