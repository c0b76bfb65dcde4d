"""Feedback is kept for 400 days, as the page promises, and then goes whatever became of it.

A bucket's own lifecycle rule (docs/feedback-lifecycle.json) comes later where feedback was moved,
for it counts from the last write; this goes by the day on which the feedback came.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.learning.keys import CLAIMS, WITHDRAWN, FeedbackPlace, FeedbackStatus, status_prefix
from chalicelib.stores.store import Store

RETENTION_DAYS = 400


def expired_keys(store: Store, now: datetime, days: int = RETENTION_DAYS) -> Iterator[str]:
    """Yield the keys of records, pictures, claims and tombstones that are older than `days`.

    What is deleted while they are listed is no matter, and what broke off can be begun again.
    """
    before = now - timedelta(days=days)
    for status in FeedbackStatus:
        for listed in store.list(status_prefix(status)):
            place = FeedbackPlace.parse(listed.key)
            if place and place.day < before.date():
                yield listed.key
    for folder in (CLAIMS, WITHDRAWN):  # neither says anything of the drawing, nor when it came
        yield from (item.key for item in store.list(folder) if item.modified < before)


def expire(store: Store, now: datetime, days: int = RETENTION_DAYS) -> int:
    """Delete what is older than `days`; return how many keys that were."""
    deleted = 0
    for key in expired_keys(store, now, days):
        store.delete(key)
        deleted += 1
    return deleted
