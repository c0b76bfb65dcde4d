"""Promoted heads and rollouts as they are served: read now and then, never in an answer's way."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from chalicelib.errors import InklingError, UnusableHead
from chalicelib.learning.current import Current, read_current
from chalicelib.recognition.heads import SHIPPED, Heads, PromotedHead
from chalicelib.recognition.normalise import SIDE_PX
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.rollout import NO_ROLLOUTS, Rollout, Rollouts
from chalicelib.stores.store import Reader

if TYPE_CHECKING:
    from chalicelib.learning.heads import Head

REFRESH_S = 30.0
RETRY_S = 5.0  # after a store that could not be reached
BUDGET_S = 0.3  # for which one request in REFRESH_S waits for the store

logger = logging.getLogger(__name__)


class ServedHeads:
    """Gives the heads that are current, at most half a minute late.

    The request that finds them too old has them read and waits for up to BUDGET_S; all others get
    what is known. The reading has a thread of its own, since not every wait can be cut short (that
    for a name server cannot); what comes late is there for a later request. A store that is away
    leaves the heads as they are; what is damaged, or for another model, leaves that model as
    trained.

    Rollouts are read along, where a model has a candidate at all. A store that is away leaves them
    as they are; one that is damaged, for other versions, or whose candidate cannot be opened and
    run, leaves the live version alone.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        open_reader: Callable[[], Reader],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._open_reader = open_reader
        self._clock = clock
        self._reading = threading.Lock()
        self._due_s = clock()
        self._reader: Reader | None = None
        self._heads = SHIPPED
        self._rollouts = NO_ROLLOUTS
        self._troubles: frozenset[str] = frozenset()

    def __call__(self) -> Heads:
        """Return the heads by the names of their models; the same object until they change."""
        if self._clock() >= self._due_s and self._reading.acquire(blocking=False):
            self._due_s = self._clock() + REFRESH_S
            thread = threading.Thread(target=self._refresh, name="heads", daemon=True)
            thread.start()
            thread.join(BUDGET_S)
        return self._heads

    def rollouts(self) -> Rollouts:
        """Return the rollouts as they were when heads were last read; the same until they change.

        The candidates are open.
        """
        return self._rollouts

    def _refresh(self) -> None:
        """Read what is current; whatever happens, answers go on."""
        try:
            self._read()
        except InklingError as error:
            self._due_s = self._clock() + RETRY_S
            self._tell(f"The heads stay as they are: {error.__cause__ or error}")
        except Exception:
            logger.exception("The heads stay as they are")
        finally:
            self._reading.release()

    def _read(self) -> None:
        if self._reader is None:
            self._reader = self._open_reader()
        troubles: list[str] = []
        heads = self._read_heads(self._reader, troubles)
        rollouts = self._read_rollouts(self._reader, troubles)
        if heads != self._heads:
            self._heads = heads
        if rollouts != self._rollouts:
            self._rollouts = rollouts
        self._tell(*troubles)

    def _read_heads(self, reader: Reader, troubles: list[str]) -> Heads:
        """Return what is current, adding to `troubles` what is not as it should be."""
        try:
            current, _ = read_current(reader)
        except UnusableHead as error:
            troubles.append(f"All models answer as trained: {error}")
            return SHIPPED
        heads = {}
        for model in current.heads:
            try:
                heads[model] = self._promoted(reader, current, model)
            except UnusableHead as error:
                troubles.append(f"{model} answers as trained: {error}")
        return heads

    def _read_rollouts(self, reader: Reader, troubles: list[str]) -> Rollouts:
        """Return those that are on, adding to `troubles` what is not as it should be."""
        if not self._registry.candidates:
            return NO_ROLLOUTS
        from chalicelib.learning.rollouts import read_rollouts

        try:
            current, _ = read_rollouts(reader)
        except UnusableHead as error:
            troubles.append(f"No candidate is tried: {error}")
            return NO_ROLLOUTS
        rollouts = {}
        for model, rollout in current.rollouts.items():
            try:
                if self._is_tried(rollout):
                    rollouts[model] = rollout
            except Exception as error:  # noqa: BLE001 - whatever it is, it concerns no answer
                troubles.append(f"{model} answers without a candidate: {error}")
        return rollouts

    def _is_tried(self, rollout: Rollout) -> bool:
        """Open the candidate of a rollout; False where it has become the model itself.

        Raises UnusableHead where there are other versions, UnusableModel, what the network does.
        """
        model, registry = rollout.model, self._registry
        live = registry.entry(model).version if model in registry.names else None
        if live == rollout.candidate:
            return False
        candidate = registry.candidates.get(model)
        if live != rollout.live or candidate is None or candidate.version != rollout.candidate:
            there = f"{live} and {candidate.version if candidate else 'no candidate'}"
            raise UnusableHead(
                f"Its rollout of {rollout.candidate} beside {rollout.live}", f"meets {there}"
            )
        registry.network(candidate).run(np.zeros((1, SIDE_PX, SIDE_PX), np.float32))
        return True

    def _promoted(self, reader: Reader, current: Current, model: str) -> PromotedHead:
        """Return the current head of a model. Raises UnusableHead, StorageUnavailable."""
        sha256, known = current.heads[model], self._heads.get(model)
        if known and known.origin["sha256"] == sha256:
            return known
        where = f"Its head {sha256}"
        if model not in self._registry.names:
            raise UnusableHead(where, "is for a model that is not published")
        entry = self._registry.entry(model)
        if current.versions[model] != entry.version:
            raise UnusableHead(where, f"is for version {current.versions[model]}")
        from chalicelib.learning.heads import read_head

        head = read_head(reader, sha256)
        _require_fit(head, entry, self._registry.model(model).features)
        return PromotedHead(
            head.version, head.weights, head.bias, head.origin, head.figures, head.trained_figures
        )

    def _tell(self, *troubles: str) -> None:
        """Log what is wrong, once as long as it is."""
        for trouble in troubles:
            if trouble not in self._troubles:
                logger.warning("%s", trouble)
        self._troubles = frozenset(troubles)


def _require_fit(head: "Head", entry: ModelEntry, features: int) -> None:
    """Raise UnusableHead unless the head was fitted for just this model."""
    for what, found, wanted in (
        ("model", head.model, entry.name),
        ("version", head.model_version, entry.version),
        ("sha256", head.model_sha256, entry.sha256),
        ("normalisation", head.normalisation, entry.normalisation),
        ("labels", head.labels, entry.labels),
        ("features", head.weights.shape[0], features),
    ):
        if found != wanted:
            raise UnusableHead(f"Its head {head.sha256}", f"is for {what} {found}, not {wanted}")
