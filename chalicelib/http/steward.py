"""Who may invoke the function `steward` can undo what is served: IAM guards it, not HTTP."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from chalicelib.errors import InklingError, InvalidField
from chalicelib.learning.current import Current
from chalicelib.learning.history import HistoryEntry
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.stored_json import require_text
from chalicelib.wiring import Services

MAX_ENTRIES = 100

logger = logging.getLogger(__name__)

CHANGES: dict[str, Callable[[HeadBook, str, str], Current]] = {
    "rollback": HeadBook.rollback,
    "freeze": HeadBook.freeze,
    "unfreeze": HeadBook.unfreeze,
}
WITHDRAW = "withdraw"
FIELDS: dict[str, tuple[str, ...]] = {
    "history": (),
    **dict.fromkeys(CHANGES, ("by", "reason")),
    WITHDRAW: ("model", "by", "reason"),
}


def answer_steward(event: object, services: Services) -> dict[str, Any]:
    """Answer {"action": "history"}, one of CHANGES with "by" and "reason", or a withdrawal.

    "withdraw" ends the rollout of a candidate and takes its "model" as well. To begin or promote
    one is not done in a hurry, wants the package at hand, and is left to the command line.
    What is refused is said with the name of the error; what nobody expected fails the invocation.
    """
    try:
        return {"status": "done"} | _act(event, services)
    except InklingError as error:
        logger.warning("The steward refuses: %s", error)
        return {"status": "refused", "error": type(error).__name__, "detail": str(error)}


def _act(event: object, services: Services) -> dict[str, Any]:
    fields = _fields(event)
    if fields["action"] == "history":
        entries = islice(services.heads.history(), MAX_ENTRIES)
        return {"history": [_entry_json(entry) for entry in entries]}
    if fields["action"] == WITHDRAW:
        book = services.rollouts
        left = book.withdraw(fields["model"], fields["by"], fields["reason"]).rollouts
        return {"rollouts": {model: rollout._asdict() for model, rollout in left.items()}}
    change = CHANGES[fields["action"]]
    return {"current": asdict(change(services.heads, fields["by"], fields["reason"]))}


def _fields(event: object) -> Mapping[str, str]:
    """Return the event's fields. Raises InvalidField where there are others than it must have."""
    if type(event) is not dict:
        raise InvalidField("", "The event must be a JSON object.")
    action = event.get("action")
    if type(action) is not str or action not in FIELDS:
        raise InvalidField("/action", f"action must be one of {', '.join(FIELDS)}.")
    wanted = {"action", *FIELDS[action]}
    if event.keys() != wanted:
        raise InvalidField("", f"{action} takes exactly {', '.join(sorted(wanted))}.")
    if "model" in wanted:
        require_text("model", event["model"])
    return event


def _entry_json(entry: HistoryEntry) -> dict[str, Any]:
    return {"sha256": entry.sha256} | asdict(entry)
