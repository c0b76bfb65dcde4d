"""The page in a real browser, before a real API that fails in every way a network and a server can.

Offline, refused, slow, hanging, broken off; every status, shape, type and size that is wrong, and
markup in every text; answers in any order while strokes are drawn, undone and cleared; feedback
that cannot be kept or whose answer is lost, over reloads and in two tabs; storage that is blocked,
full or spoiled; files of the page that are missing. A fault is one visit. Each ends with the API
well again: then the whole drawing must be read, and all feedback lie in the store once.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Error as BrowserError

from bench.campaigns.page_faults import feedback, loading, markup, network, nonsense, order, storage
from bench.campaigns.page_faults.tally import SILENT, Tally
from bench.campaigns.page_faults.visit import Scene, Visit, visiting
from bench.chromium import chromium
from bench.faulty_api import faulty_api
from bench.outcome import Fact
from bench.transports import chalice_local
from export.progress import show_progress
from tools.serve_page import FRONTEND, serving

SIZE = 300  # faults
PATIENCE_S = 20.0  # well beyond what is to hold, to see by how much it does not
MODULES = (network, nonsense, markup, order, feedback, storage, loading)

Kind = Callable[[Visit], None]
KINDS: tuple[Kind, ...] = tuple(kind for module in MODULES for kind in module.KINDS)
BACK_FORWARD_CACHE = "--disable-back-forward-cache"  # Playwright does; people's browsers do not


def run(size: int, seed: int) -> Sequence[Fact]:
    """Try `size` faults, each kind as often as the others."""
    tally = Tally()
    with scene(tally) as here:
        try_faults(here, chosen(size, seed), seed)
    return tally.facts()


@contextmanager
def scene(
    tally: Tally, frontend: Path = FRONTEND, patience_s: float = PATIENCE_S
) -> Iterator[Scene]:
    """Run a browser, the page of a folder, and the real API behind the faulty one."""
    with (
        tempfile.TemporaryDirectory(prefix="inkling-") as name,
        chalice_local(Path(name)) as real,
        faulty_api(behind=real.port) as api,
        serving(api.url, folder=frontend) as address,
        chromium(without=[BACK_FORWARD_CACHE]) as browser,
    ):
        yield Scene(browser, address, api, Path(name), tally, patience_s)


def chosen(size: int, seed: int) -> list[Kind]:
    """Return the kinds in an order of chance, all of them before one comes again."""
    rng = np.random.default_rng(seed)
    rounds = -(-size // len(KINDS))
    return [KINDS[i] for _ in range(rounds) for i in rng.permutation(len(KINDS))][:size]


def try_faults(here: Scene, kinds: Sequence[Kind], seed: int) -> None:
    """Pay one visit for each kind."""
    for number, kind in enumerate(kinds):
        name = f"{kind.__module__.rpartition('.')[2]}.{kind.__name__} ({number} of seed {seed})"
        with visiting(here, name, np.random.default_rng([seed, number])) as visit:
            try:
                kind(visit)
                visit.finish()
            except BrowserError as error:  # the page does not let a hand do what it should
                here.tally.harm(SILENT, f"{name}: {error}")
        here.tally.faults += 1
        show_progress("faults", number + 1, len(kinds))
