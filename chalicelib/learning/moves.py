"""How feedback moves from one status to another, so that a kill at any step loses nothing.

A move is decided by one conditional write, of the verdict into the record where it lies; the rest
carries that out, and anybody can do it again:

1. put the picture at the new place;
2. put the verdict into the old record: the decision, and of two movers one finds it changed;
3. put the record at the new place;
4. look for a tombstone, and remove everything if there is one;
5. delete the old picture, then the old record: once that is gone, nothing more is done there.

A mover deletes nothing once MOVE_BUDGET_S is over, and what it left is completed by others only
when it is SETTLE_AGE old: so no two are at the same feedback at once.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.errors import DamagedFeedback, NotFound, StorageUnavailable
from chalicelib.learning.filed import Filed, destination, read_record
from chalicelib.learning.keys import FeedbackPlace
from chalicelib.learning.records import Record, Verdict
from chalicelib.learning.withdrawal import is_withdrawn, remove
from chalicelib.stores.store import Conflict, Expected, Store

MOVE_BUDGET_S = 10.0
SETTLE_AGE = timedelta(seconds=60)

logger = logging.getLogger(__name__)


def move(store: Store, filed: Filed, verdict: Verdict) -> Filed:
    """Carry out a verdict; see `FeedbackShelf.move`."""
    deadline = time.monotonic() + MOVE_BUDGET_S
    store = store.within(MOVE_BUDGET_S)
    record = replace(filed.record, verdict=verdict)
    target = destination(filed.place, record)
    if target == filed.place:
        return replace(filed, record=record, tag=_decide(store, filed, target, record))
    _require_free(store, target, record)
    store.put(target.picture_key, filed.picture_png)
    _decide(store, filed, target, record)
    tag = carry_out(store, filed.place, target, record, deadline)
    return replace(filed, place=target, record=record, tag=tag)


def carry_out(
    store: Store,
    old: FeedbackPlace,
    target: FeedbackPlace,
    record: Record,
    deadline: float | None = None,
) -> str:
    """Do what is left of a move once it is decided, and return the new record's tag.

    deadline: of time.monotonic(); None where nobody else can be at it.
    Raises NotFound where the feedback was withdrawn meanwhile, StorageUnavailable.
    """
    data = record.encode()
    try:
        tag = store.put(target.record_key, data, expected=Expected.NOTHING)
    except Conflict:
        blob = store.get(target.record_key)
        if blob is None or blob.data != data:
            raise NotFound("feedback") from None
        tag = blob.tag
    if is_withdrawn(store, record.id):
        remove(store, target.day, record.id)
        raise NotFound("feedback")
    _delete(store, old, deadline)
    return tag


def settle(store: Store, places: Sequence[FeedbackPlace], now: datetime) -> bool:
    """Complete what a kill left of a move; return whether there was anything to do.

    places: where the feedback has a record. now: what was decided just before may be under way yet.
    Raises DamagedFeedback, StorageUnavailable, NotFound where it was withdrawn meanwhile.
    """
    ranked = by_rank(store, places)
    if not ranked:
        return False
    (place, record), *others = ranked
    target = destination(place, record)
    if (target == place and not others) or _is_under_way(record, now):
        return False
    picture = store.get(place.picture_key)
    if picture is None:
        raise DamagedFeedback(place.picture_key, "it is missing")
    for other, _ in others:
        _delete(store, other, None)
    if target != place:
        store.put(target.picture_key, picture.data)
        carry_out(store, place, target, record)
    return True


def by_rank(store: Store, places: Sequence[FeedbackPlace]) -> list[tuple[FeedbackPlace, Record]]:
    """Return the sound records of one feedback, the one that counts first.

    It is that of the latest verdict and, where a move is half done, the one that has arrived.
    """
    found = []
    for place in places:
        try:
            if read := read_record(store, place):
                found.append((place, read[0]))
        except DamagedFeedback as error:
            logger.warning("Feedback is left out: %s", error)
    return sorted(found, key=_rank, reverse=True)


def _is_under_way(record: Record, now: datetime) -> bool:
    """Whether its mover may be at it yet: not where a clock that was ahead has been set back."""
    if record.verdict is None:
        return False
    return abs(now - datetime.fromisoformat(record.verdict.time)) <= SETTLE_AGE


def _rank(found: tuple[FeedbackPlace, Record]) -> tuple[int, bool, str]:
    place, record = found
    revision = record.verdict.revision if record.verdict else 0
    return revision, destination(place, record) == place, place.status


def _require_free(store: Store, target: FeedbackPlace, record: Record) -> None:
    """Raise NotFound where another record lies: somebody else's move is not completed yet."""
    blob = store.get(target.record_key)
    if blob is not None and blob.data != record.encode():
        raise NotFound("feedback")


def _decide(store: Store, filed: Filed, target: FeedbackPlace, record: Record) -> str:
    """Put the record, with its verdict, where the feedback lies; return its tag.

    A call that is repeated finds it done. Raises NotFound where another came first.
    """
    data = record.encode()
    try:
        return store.put(filed.place.record_key, data, expected=filed.tag)
    except Conflict:
        for place in (filed.place, target):
            blob = store.get(place.record_key)
            if blob is not None and blob.data == data:
                return blob.tag
    if is_withdrawn(store, record.id):  # the picture at the target is ours to take back
        remove(store, target.day, record.id)
    raise NotFound("feedback")


def _delete(store: Store, place: FeedbackPlace, deadline: float | None) -> None:
    """Empty a place that feedback has left; whoever moves it back waits for the record to go."""
    for key in (place.picture_key, place.record_key):
        if deadline is not None and time.monotonic() > deadline:
            raise StorageUnavailable("complete a move")
        store.delete(key)
