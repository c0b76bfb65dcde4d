"""Feedback that was withdrawn stays away, whatever else is under way with it.

A tombstone is written first, then all is removed. Whoever writes feedback looks for its tombstone
after that, and removes what was written if there is one: either sees what the other did.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime

from chalicelib.errors import StorageUnavailable
from chalicelib.learning.keys import (
    WITHDRAWN,
    FeedbackPlace,
    FeedbackStatus,
    tombstone_key,
    withdrawn_id,
)
from chalicelib.stores.store import Store


def forbid(store: Store, feedback_id: str, time: datetime) -> None:
    """Write the tombstone of feedback: its id and the time, nothing of what it was."""
    content = {"format": 1, "id": feedback_id, "time": time.isoformat()}
    store.put(tombstone_key(feedback_id), json.dumps(content).encode())


def forbid_making_room(store: Store, place: FeedbackPlace, time: datetime) -> None:
    """Write the tombstone of feedback also where the disk is full, or a call fails once.

    The pictures go first, then all else: as soon as there is a tombstone, whatever breaks off is
    completed by a sweep. Raises StorageUnavailable.
    """
    with suppress(StorageUnavailable):
        return forbid(store, place.id, time)
    with suppress(StorageUnavailable):
        remove_pictures(store, place.day, place.id)
    with suppress(StorageUnavailable):
        return forbid(store, place.id, time)
    remove(store, place.day, place.id)
    return forbid(store, place.id, time)


def is_withdrawn(store: Store, feedback_id: str) -> bool:
    """Whether feedback has a tombstone."""
    return store.get(tombstone_key(feedback_id)) is not None


def withdrawn_ids(store: Store) -> frozenset[str]:
    """Return the ids of all feedback that has a tombstone."""
    keys = (listed.key for listed in store.list(WITHDRAWN))
    return frozenset(found for key in keys if (found := withdrawn_id(key)))


def remove(store: Store, day: date, feedback_id: str) -> None:
    """Remove pictures and records of feedback under every status.

    The records go last: should it break off, they lead whoever repeats it to the rest.
    """
    remove_pictures(store, day, feedback_id)
    _delete_at_once(store, [place.record_key for place in places_of(day, feedback_id)])


def remove_pictures(store: Store, day: date, feedback_id: str) -> None:
    """Remove pictures of feedback under every status."""
    _delete_at_once(store, [place.picture_key for place in places_of(day, feedback_id)])


def _delete_at_once(store: Store, keys: list[str]) -> None:
    """Delete keys side by side, for somebody waits, and a bucket makes each of them wait."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(store.delete, keys))


def places_of(day: date, feedback_id: str) -> Iterator[FeedbackPlace]:
    """Yield where feedback can lie, under each status."""
    return (FeedbackPlace(status, day, feedback_id) for status in FeedbackStatus)
