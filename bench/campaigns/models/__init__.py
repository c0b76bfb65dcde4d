"""Copies of the published models, their manifest and their sets are damaged (bits, pages, ends,
digits, files swapped or gone), or a manifest says what cannot be under a right seal. Heads in the
store, the pointer to them and their history are damaged too, or are for something else, before a
start and under a running server; so is what says which candidates are tried. The app's own parts
are then asked: they must refuse, naming the file, or answer bit by bit as before; what starts
without a whole head, bit by bit as shipped. What was rolled back or withdrawn must not answer, and
all must be said, once.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.campaigns.models.folders import spoil_file, spoil_manifest
from bench.campaigns.models.rollouts import RolloutServers
from bench.campaigns.models.servers import Servers
from bench.campaigns.models.starts import Starts
from bench.campaigns.models.stores import CHANGES, CHANGES_OF_POINTER
from bench.campaigns.models.verdict import Verdict
from bench.outcome import Fact
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER
from export.progress import show_progress

SIZE = 3_200  # 2,000 files, manifests and heads
KINDS = (
    "file",
    "file",
    "manifest",
    "head",
    "running head",
    "running pointer",
    "rollout",
    "running rollout",
)


def run(size: int, seed: int) -> Sequence[Fact]:
    """Damage so many things, one in a case, and say what came of each kind."""
    found: Counter[tuple[str, Verdict]] = Counter()
    with tempfile.TemporaryDirectory(prefix="inkling-models-") as name:
        for number, (kind, what, verdict) in enumerate(judged(size, seed, Path(name)), 1):
            found[kind, verdict] += 1
            if verdict.is_bad:
                print(f"case {number}, {what}: {verdict}", flush=True)
            show_progress("damaged models", number, size)
    return [
        Fact("damaged files, manifests, heads, pointers and rollouts", found.total(), least=size),
        *[
            Fact(verdict, sum(found[kind, verdict] for kind in KINDS), most=0)
            for verdict in Verdict
            if verdict.is_bad
        ],
        *[
            Fact(f"{kind}: {verdict}", found[kind, verdict])
            for kind in dict.fromkeys(KINDS)
            for verdict in Verdict
            if found[kind, verdict] and not verdict.is_bad
        ],
    ]


def judged(size: int, seed: int, folder: Path) -> Iterator[tuple[str, str, Verdict]]:
    """Yield the kind of each case, what was done and what came of it."""
    starts, servers = Starts(folder / "none"), Servers(ModelRegistry.load(MODELS_FOLDER))
    rollouts = RolloutServers(folder / "with a candidate")
    for number in range(size):
        rng, kind = random.Random(f"{seed} {number}"), KINDS[number % len(KINDS)]
        place = folder / str(number)
        if kind in ("file", "manifest"):
            shutil.copytree(MODELS_FOLDER, place)
            what = (spoil_file if kind == "file" else spoil_manifest)(place, rng)
            verdict = starts.judge(place)
        elif kind in ("rollout", "running rollout"):
            what, verdict = rollouts.judge(place, rng, running=kind != "rollout")
        else:
            change = rng.choice(CHANGES_OF_POINTER if kind == "running pointer" else CHANGES)
            what, verdict = servers.judge(place, change, rng, running=kind != "head")
        yield kind, what, verdict
        shutil.rmtree(place)
