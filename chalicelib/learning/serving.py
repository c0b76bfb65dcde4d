"""Promoted heads and rollouts as they are served: read now and then, never in an answer's way."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from chalicelib.errors import InklingError, UnusableHead
from chalicelib.learning.current import Current, read_current
from chalicelib.learning.keys import CURRENT_KEY
from chalicelib.recognition.heads import SHIPPED, Heads, PromotedHead
from chalicelib.recognition.registry import ModelEntry, ModelRegistry
from chalicelib.recognition.rollout import NO_ROLLOUTS, Rollouts
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
    for a name server cannot); what comes late is there for a later request.

    A store that is away leaves the heads as they are. A pointer that is damaged counts as the entry
    of the history that it still names; where none can be read, the heads stay as they are. In the
    place of a head that is damaged, or for another model, the one that is served stays, unless it
    was rolled back; where none is, the model answers as trained. So a head comes into service by
    the pointer alone, and what was rolled back does not come again.

    Rollouts are read along, where a model has a candidate at all, and by the same rules. One that
    is for other versions, or whose candidate cannot be opened and run, leaves the live version
    alone.
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
        current = self._read_current(reader, troubles)
        if current is None:
            return self._heads
        heads = {}
        for model in current.heads:
            try:
                heads[model] = self._promoted(reader, current, model)
            except UnusableHead as error:
                instead = self._head_instead(reader, current, model)
                troubles.append(f"{_told(model, instead)}: {error}")
                if instead:
                    heads[model] = instead
        return heads

    def _read_current(self, reader: Reader, troubles: list[str]) -> Current | None:
        """Return what is current; None where nothing tells, so that all stays as it is."""
        try:
            return read_current(reader)[0]
        except UnusableHead as error:
            from chalicelib.learning.history import read_entry
            from chalicelib.learning.recovery import recover_current, tell

            found = recover_current(reader, CURRENT_KEY, read_entry)
            kept = "The heads stay as they are" if self._heads else "All models answer as trained"
            troubles.append(tell(error, kept, by_history=found is not None))
            return found

    def _head_instead(self, reader: Reader, current: Current, model: str) -> PromotedHead | None:
        """Return what is served for a head that cannot be; None: the model as trained."""
        known = self._heads.get(model)
        if known is None and not self._is_for_ours(current, model):
            return None  # as after a deployment, so that this is no reason to read on at a start
        from chalicelib.learning.recovery import places_instead

        served = known.origin["sha256"] if known else None
        for place in places_instead(reader, current, model, served):
            with suppress(UnusableHead):
                return self._promoted(reader, place, model)
        return None

    def _is_for_ours(self, current: Current, model: str) -> bool:
        """Whether a head is for the version of the model that is here."""
        registry = self._registry
        return model in registry.names and current.versions[model] == registry.entry(model).version

    def _read_rollouts(self, reader: Reader, troubles: list[str]) -> Rollouts:
        """Return those that are on, adding to `troubles` what is not as it should be."""
        if not self._registry.candidates:
            return NO_ROLLOUTS
        from chalicelib.learning.served_rollouts import read_served

        return read_served(reader, self._registry, self._rollouts, troubles)

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


def _told(model: str, instead: PromotedHead | None) -> str:
    """Say what answers in the place of a head that cannot."""
    return f"{model} {f'goes on with head {instead.version}' if instead else 'answers as trained'}"


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
