"""Requests that are wrong, odd or hostile, over HTTP to the packaged function as Lambda runs it.

JSON of every kind of soundness, every row of the table of errors, tensors that are wrong, strings
that have broken other programs in every place that takes text, images of every format, depth and
damage, bombs and files that are several things at once; then requests made of the OpenAPI
document, right and wrong, and feedback over its life. Each answer is compared with the document
and, where one answer alone is right, with that one; the 7 that readable images show must be read as
a 7.
"""

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.campaigns.bad_input.attack import Attack, Wrong
from bench.campaigns.bad_input.cases import Case
from bench.campaigns.bad_input.image_cases import (
    bomb_cases,
    damaged_image_cases,
    foreign_image_cases,
    sound_image_cases,
)
from bench.campaigns.bad_input.json_cases import json_cases
from bench.campaigns.bad_input.problem_table import problem_table
from bench.campaigns.bad_input.stateful import run_lives
from bench.campaigns.bad_input.string_cases import string_cases
from bench.campaigns.bad_input.tensor_cases import tensor_cases
from bench.emulator.pool import Pool
from bench.emulator.routes import Routes
from bench.emulator.runtime_api import Outcome
from bench.emulator.served import served
from bench.outcome import Fact
from bench.workers import functions
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.open import open_store
from tools.package.build import ROOT, TEMPLATE

SIZE = 20_000  # requests made of the OpenAPI document, a quarter of them of lives of feedback
LIVES = 4  # one in so many
CORRUPTED = 6_000  # images
FEWEST = 60  # cases of each part that the smallest size sends
BUILD = ROOT / "build"
# The parts that are lists, each made with the seed.
FIXED_PARTS: dict[str, Callable[[int], Iterable[Case]]] = {
    "JSON documents": lambda _: json_cases(),
    "rows of the table of errors": lambda _: (row.case for row in problem_table()),
    "tensors of the Open Inference Protocol": lambda _: tensor_cases(),
    "naughty strings": lambda _: string_cases(),
    "readable images": lambda _: sound_image_cases(),
    "images of other formats": lambda _: foreign_image_cases(),
    "damaged images": lambda seed: damaged_image_cases(CORRUPTED, seed),
    "bombs and animations": lambda _: bomb_cases(),
}


def run(size: int, seed: int) -> Sequence[Fact]:
    """Attack the package that `make package` has built, in one worker after another."""
    with tempfile.TemporaryDirectory(prefix="inkling-") as folder, functions(BUILD) as found:
        feedback = Path(folder) / "feedback"
        variables = {**found.inkling.variables, "INKLING_FEEDBACK": str(feedback)}
        function = replace(found.inkling, variables=variables)
        template = BUILD / TEMPLATE
        prefix = f"/{Routes.of_template(template).stage}"
        with served(template, function, prefix=prefix) as (transport, pool):
            attack = Attack(transport)
            run_parts(attack, size, seed)
        stored = stored_fact(attack, feedback)
        return [*facts(attack), *worker_facts(pool, function.memory_mb), stored]


def run_parts(attack: Attack, size: int, seed: int) -> None:
    """Send each part of the campaign: of the fixed ones as large a share as of `size`."""
    from bench.campaigns.bad_input.generated import generated_cases  # schemathesis takes seconds

    share = min(1.0, size / SIZE)
    for part in FIXED_PARTS:
        cases = fixed_part(part, share, seed)
        attack.send_all(part, cases, len(cases))
    lives = size // LIVES
    generated = generated_cases(attack.document, size - lives, seed)
    attack.send_all("requests made of the OpenAPI document", generated, size - lives)
    run_lives(attack, lives, seed)


def fixed_part(name: str, share: float, seed: int) -> list[Case]:
    """Return the cases of a part that is a list, or that share of them, drawn by chance."""
    cases = list(FIXED_PARTS[name](seed))
    count = min(len(cases), max(FEWEST, round(share * len(cases))))
    chosen = random.Random(seed).sample(range(len(cases)), count)
    return [cases[at] for at in sorted(chosen)]


def facts(attack: Attack) -> Iterator[Fact]:
    """Yield what was sent, and how many answers were wrong in which way."""
    yield Fact("requests", attack.sent.total())
    yield from (Fact(f"of these {part}", count) for part, count in attack.sent.items())
    yield from (Fact(wrong, attack.wrong[wrong], most=0) for wrong in Wrong)


def worker_facts(pool: Pool, memory_mb: int) -> Iterator[Fact]:
    """Yield how the workers fared; the pool has stopped them all."""
    ended = sum(pool.outcomes[o] for o in (Outcome.ENDED, Outcome.TIMED_OUT, Outcome.INIT_ERROR))
    yield Fact("workers that ended by themselves, or took too long", ended, most=0)
    raised = pool.outcomes[Outcome.ERROR]
    yield Fact("requests that ended in an exception of the function", raised, most=0)
    yield Fact("most memory that a worker held", round(pool.peak_mb), "MB", most=memory_mb)


def stored_fact(attack: Attack, feedback: Path) -> Fact:
    """Compare what is in the store, whole and readable, with what was acknowledged."""
    shelf = FeedbackShelf(open_store(str(feedback)))
    found = sum(1 for _ in shelf.read_all(shelf.places(FeedbackStatus.QUARANTINE)))
    wrong = abs(attack.acknowledged - found)
    return Fact("pieces of feedback that are lost, or kept though withdrawn", wrong, most=0)
