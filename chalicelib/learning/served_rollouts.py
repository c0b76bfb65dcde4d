"""Rollouts as they are served: those whose candidate is here, can be opened and be run."""

import numpy as np

from chalicelib.errors import UnusableHead
from chalicelib.learning.keys import ROLLOUT_KEY
from chalicelib.learning.rollouts import read_rollout_entry, read_rollouts
from chalicelib.recognition.normalise import SIDE_PX
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Rollout, Rollouts
from chalicelib.stores.store import Reader


def read_served(
    reader: Reader, registry: ModelRegistry, known: Rollouts, troubles: list[str]
) -> Rollouts:
    """Return the rollouts that are on and can be, adding to `troubles` what is not as it should be.

    known: those that are served, which stay where nothing tells what is on. Raises
    StorageUnavailable.
    """
    wanted = _read_wanted(reader, known, troubles)
    if wanted is None:
        return known
    rollouts = {}
    for model, rollout in wanted.items():
        try:
            if _is_tried(registry, rollout):
                rollouts[model] = rollout
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns no answer
            troubles.append(f"{model} answers without a candidate: {error}")
    return rollouts


def _read_wanted(reader: Reader, known: Rollouts, troubles: list[str]) -> Rollouts | None:
    """Return the rollouts that the store wants; None where nothing tells."""
    try:
        return _read_sound(reader, known)
    except UnusableHead as error:
        from chalicelib.learning.recovery import recover_current, tell

        found = recover_current(reader, ROLLOUT_KEY, read_rollout_entry)
        kept = "Candidates are tried as before" if known else "No candidate is tried"
        troubles.append(tell(error, kept, by_history=found is not None))
        return found.rollouts if found else None


def _read_sound(reader: Reader, known: Rollouts) -> Rollouts:
    """Return the rollouts of the pointer, those that are new only as its history has them.

    A share is a number, which damage can turn into another one. Raises UnusableHead.
    """
    current, _ = read_rollouts(reader)
    is_new = any(known.get(model) != rollout for model, rollout in current.rollouts.items())
    if is_new and current.entry:
        entry = read_rollout_entry(reader, current.entry)
        if entry.rollouts != current.rollouts:
            raise UnusableHead(ROLLOUT_KEY, "says something else than its history")
    return current.rollouts


def _is_tried(registry: ModelRegistry, rollout: Rollout) -> bool:
    """Open the candidate of a rollout; False where it has become the model itself.

    Raises UnusableHead where there are other versions, UnusableModel, what the network does.
    """
    model = rollout.model
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
