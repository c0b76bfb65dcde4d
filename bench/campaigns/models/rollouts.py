"""Rollouts whose pointer or history is damaged, before a start or under a running server."""

import json
from pathlib import Path
from typing import Any

from bench.campaigns.models.answers import Answers, answers_of, drawings
from bench.campaigns.models.servers import LOOKS, Server, heard, judge_words, worst_of
from bench.campaigns.models.stores import (
    Rng,
    damage_key,
    one_field_more,
    read_whole,
    wrong_field,
)
from bench.campaigns.models.verdict import Verdict
from bench.candidates import MODEL, answering, copy_with_candidate
from chalicelib.errors import UnusableHead
from chalicelib.learning.keys import ROLLOUT_KEY, rollout_entry_key
from chalicelib.learning.rollouts import RolloutBook, read_rollouts
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.rollout import NO_ROLLOUTS, Rollout, Rollouts
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store

LABEL = 4  # that the candidate sees in everything
SHARE = 0.5  # of the drawings, where it does not answer all


class RolloutServers:
    """Judges what is answered where what the store says of a candidate was spoilt."""

    def __init__(self, folder: Path) -> None:
        """folder: a new one, for models of which one has a candidate."""
        self._registry = copy_with_candidate(folder, answering(LABEL))
        self._drawn = drawings()
        self._alone = self._answers(NO_ROLLOUTS)

    def judge(self, place: Path, rng: Rng, *, running: bool) -> tuple[str, Verdict]:
        """Begin a rollout, spoil it, serve it; return what was done and what came of it.

        running: a server has looked at it before it is spoilt. Some were withdrawn by then.
        """
        store = open_store(str(place))
        self._begin(RolloutBook(store), rng)
        server = Server(self._registry, place)
        before = self._answers(server.rollouts())
        if not running:
            server = Server(self._registry, place)
        what = _spoil(store, rng)
        try:
            with heard() as said:
                found = [self._answers(server.rollouts()) for _ in range(LOOKS)]
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            return what, Verdict.FAILED
        verdicts = [self._judge(each, before, said, store, running=running) for each in found]
        return what, worst_of(verdicts)

    def _begin(self, book: RolloutBook, rng: Rng) -> None:
        live, candidate = self._registry.entry(MODEL), self._registry.candidates[MODEL]
        rollout = Rollout(MODEL, live.version, candidate.version, SHARE)
        book.start(rollout, "bench", "to be damaged")
        if rng.random() < 0.5:
            book.promote(rollout, book.read()[1], "bench", "to be damaged", {})
        if rng.random() < 0.3:
            book.withdraw(MODEL, "bench", "not to come back")

    def _judge(
        self, found: Answers, before: Answers, said: list[str], store: Store, *, running: bool
    ) -> Verdict:
        """Compare answers, and look at what the server said of them."""
        if found not in (before, self._alone):
            return Verdict.SERVED
        is_gone = store.get(ROLLOUT_KEY) is None
        must_say = _is_damaged(store) or not (found == before or is_gone)
        if wrong := judge_words(said, must_say=must_say):
            return wrong
        if found == before:
            return Verdict.UNCHANGED
        if is_gone:
            return Verdict.GONE
        return Verdict.DROPPED if running else Verdict.SHIPPED

    def _answers(self, rollouts: Rollouts) -> Answers:
        recognizer = Recognizer(self._registry, rollouts=lambda: rollouts)
        return answers_of(recognizer, self._drawn, MODEL)


def _spoil(store: Store, rng: Rng) -> str:
    """Damage the pointer or what it names, or let it say what nobody wrote."""
    if rng.random() < 0.5:
        newest = read_rollouts(store)[0].entry or ""
        key = rng.choice((ROLLOUT_KEY, ROLLOUT_KEY, rollout_entry_key(newest)))
        return damage_key(store, key, rng)
    pointer = json.loads(read_whole(store, ROLLOUT_KEY))
    what = rng.choice((wrong_field, one_field_more, _other_share, _other_versions))(pointer, rng)
    store.put(ROLLOUT_KEY, json.dumps(pointer).encode())
    return f"pointer to the rollouts: {what}"


def _other_share(pointer: dict[str, Any], rng: Rng) -> str:
    share = rng.choice((0.25, 0.75, 1.5, -1, "1", None))
    for rollout in pointer["rollouts"].values():
        rollout["share"] = share
    return f"share {share!r}"


def _other_versions(pointer: dict[str, Any], rng: Rng) -> str:
    name = rng.choice(("live", "candidate"))
    for rollout in pointer["rollouts"].values():
        rollout[name] = "01234567"
    return f"other {name}"


def _is_damaged(store: Store) -> bool:
    try:
        read_rollouts(store)
    except UnusableHead:
        return True
    return False
