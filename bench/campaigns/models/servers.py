"""Serves damaged heads as the app does, before a start or under a running server."""

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from itertools import combinations
from pathlib import Path

from bench.campaigns.models.answers import Answers, answers_of, drawings
from bench.campaigns.models.stores import MODELS, Change, Rng, promote_heads
from bench.campaigns.models.verdict import Verdict
from chalicelib.errors import UnusableHead
from chalicelib.learning import serving
from chalicelib.learning.current import read_current
from chalicelib.learning.keys import CURRENT_KEY, LEARNING_ROOT
from chalicelib.learning.pointer import HeadBook
from chalicelib.recognition.heads import Heads
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Rollouts
from chalicelib.stores.open import open_reader, open_store
from chalicelib.stores.store import Store

LONGEST_READ_S = 60.0
LOOKS = 2  # of a server at a damaged store: the second finds nothing new

Expected = Mapping[frozenset[str], Answers]  # by the models that answer with their heads


class Server:
    """The heads and rollouts of a store as a running server has them, on a clock of its own."""

    def __init__(self, registry: ModelRegistry, place: Path) -> None:
        self._now_s = 0.0
        self._source = serving.ServedHeads(
            registry, lambda: open_reader(str(place), os.environ), lambda: self._now_s
        )

    def heads(self) -> Heads:
        """Return the heads after the next look at the store, however long that takes."""
        self._look()
        return self._source()

    def rollouts(self) -> Rollouts:
        """Return the rollouts after the next look at the store, however long that takes."""
        self._look()
        return self._source.rollouts()

    def _look(self) -> None:
        self._now_s += serving.REFRESH_S
        self._source()
        for thread in threading.enumerate():
            if thread.name == "heads":
                thread.join(LONGEST_READ_S)


class Servers:
    """Judges what is answered where the store of the heads was spoilt."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry
        self._drawn = drawings()

    def judge(self, place: Path, change: Change, rng: Rng, *, running: bool) -> tuple[str, Verdict]:
        """Promote heads, spoil them, serve them; return what was done and what came of it.

        running: a server has answered with them before they are spoilt.
        """
        store = open_store(str(place))
        promote_heads(store, self._registry, rng)
        server = Server(self._registry, place)
        expected = self._expected(server.heads())
        if not running:
            server = Server(self._registry, place)
        what = change(store, rng)
        try:
            with heard() as said:
                found = [self._answers(server.heads()) for _ in range(LOOKS)]
            history, pointer = _judge_history(store), _judge_pointer(store)
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            return what, Verdict.FAILED
        served = [_judge(each, expected, said, pointer, running=running) for each in found]
        return what, worst_of((*served, history))

    def _expected(self, heads: Heads) -> Expected:
        """Return the answers with each choice of the heads, the others as shipped."""
        return {
            frozenset(names): self._answers({name: heads[name] for name in names})
            for count in range(len(MODELS) + 1)
            for names in combinations(MODELS, count)
        }

    def _answers(self, heads: Heads) -> Answers:
        recognizer = Recognizer(self._registry, lambda: heads)
        return tuple(answers_of(recognizer, self._drawn, name) for name in MODELS)


class PointerState(Enum):
    """What a damaged store's pointer tells a server that has heads."""

    TELLS = "which heads are current, itself or by the history"
    DAMAGED = "it cannot be read"
    UNTOLD = "it can be read, but not the entry of the history that it names"
    GONE = "that none is current: nothing was promoted"


def _judge_pointer(store: Store) -> PointerState:
    if store.get(CURRENT_KEY) is None:
        return PointerState.GONE
    try:
        current, _ = read_current(store)
    except UnusableHead:
        return PointerState.DAMAGED
    try:
        next(HeadBook(store).history(), current)
    except UnusableHead:
        return PointerState.UNTOLD
    return PointerState.TELLS


def _judge(
    found: Answers, expected: Expected, said: list[str], pointer: PointerState, *, running: bool
) -> Verdict:
    """Compare answers, and look at what the server said of them."""
    adapted = next((names for names, answers in expected.items() if answers == found), None)
    if adapted is None:
        return Verdict.SERVED
    is_whole = len(adapted) == len(MODELS)
    is_gone = pointer is PointerState.GONE
    must_say = pointer is PointerState.DAMAGED or not (is_whole or is_gone)
    if wrong := judge_words(said, must_say=must_say):
        return wrong
    if is_whole:
        return Verdict.UNCHANGED
    if is_gone:
        return Verdict.GONE
    # Where the history cannot be read, the head that is served may have been rolled back.
    is_dropped = running and pointer is not PointerState.UNTOLD
    return Verdict.DROPPED if is_dropped else Verdict.SHIPPED


def judge_words(said: list[str], *, must_say: bool) -> Verdict | None:
    """Return what is wrong about what a server said in the log; None where nothing is."""
    if must_say and not said:
        return Verdict.SILENT
    if len(set(said)) < len(said):
        return Verdict.REPEATED
    if not all(LEARNING_ROOT in line or "Its " in line for line in said):
        return Verdict.UNNAMED
    return None


def worst_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the first that must not be; the first of all where each may be."""
    return next((verdict for verdict in verdicts if verdict.is_bad), verdicts[0])


def _judge_history(store: Store) -> Verdict:
    """Read the history, which must be whole or say where it is not."""
    try:
        list(HeadBook(store).history())
    except UnusableHead as error:
        return Verdict.REFUSED if LEARNING_ROOT in str(error) else Verdict.UNNAMED
    return Verdict.UNCHANGED


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect what serving logs, which then is printed nowhere."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # a handler of this one alone
    logger = serving.logger
    logger.addHandler(handler)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield said
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
