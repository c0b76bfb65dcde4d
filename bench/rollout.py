"""What a rollout costs a request: strokes of one digit, event to response, in this process.

    python -m bench.rollout [--rounds 15]

In turn: no rollout, a candidate that reads along in the shadow, and one that answers half of the
drawings. Metrics and lines are made as in Lambda, and thrown away.
"""

import argparse
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bench.candidates import MODEL, copy_with_candidate, shaken
from bench.events import strokes_event
from bench.figures import Figure, Spread
from bench.warm import measure, request
from chalicelib import wiring
from chalicelib.config import FEEDBACK, MODELS
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.metrics import MetricLog
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store

SEED = 1
SHARES = {"shadow": 0.0, "share": 0.5}
ALONE = "alone"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.rollout", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    for figure in figures(parser.parse_args().rounds):
        print(figure)


def figures(rounds: int) -> list[Figure]:
    """Return how long a request takes with a candidate, in us; the floor is one without."""
    before = {name: os.environ.get(name) for name in (FEEDBACK, MODELS)}
    try:
        with tempfile.TemporaryDirectory() as folder, _lines_are_made() as nowhere:
            times_us = measure(_actions(Path(folder), nowhere), rounds)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    alone = Spread.of(times_us[ALONE])
    return [
        Figure(f"the same with a candidate {what}", "us", Spread.of(times_us[name]), alone)
        for name, what in (("shadow", "in the shadow"), ("share", "that answers half"))
    ]


def _actions(folder: Path, nowhere: TextIO) -> dict[str, Callable[[], object]]:
    """Return what sends the same request under each rollout."""
    registry = copy_with_candidate(folder / "models", shaken(SEED))
    versions = registry.entry(MODEL).version, registry.candidates[MODEL].version
    actions = {}
    for name, share in {ALONE: None, **SHARES}.items():
        store = str(folder / name)
        if share is not None:
            RolloutBook(open_store(store)).start(Rollout(MODEL, *versions, share), "bench", "a try")
        environ = {FEEDBACK: store, MODELS: str(folder / "models")}
        os.environ.update(environ)
        wiring.services().metrics = MetricLog(nowhere, "bench")
        actions[name] = _under(environ, request(strokes_event()))
    return actions


def _under(environ: Mapping[str, str], send: Callable[[], object]) -> Callable[[], object]:
    def act() -> object:
        os.environ.update(environ)
        return send()

    return act


@contextmanager
def _lines_are_made() -> Iterator[TextIO]:
    """Let the log's lines be written to nowhere, which is given."""
    with Path(os.devnull).open("w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        logging.getLogger().addHandler(handler)
        try:
            yield nowhere
        finally:
            logging.getLogger().removeHandler(handler)


if __name__ == "__main__":
    main()
