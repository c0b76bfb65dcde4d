"""Whether the clock is to be believed where feedback goes for its age.

A clock that is set a year ahead would let all feedback go at once, and nobody could bring it back.
So each sweep notes its time in the store. One that comes long after the last one, or before it, is
by a clock that was set, or by a server that was long at rest: nobody can tell. Until the clock has
run on for a week from there, swept by again and again, nothing goes for its age.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from chalicelib.errors import StorageUnavailable
from chalicelib.learning.keys import CLOCK_KEY, ROOT
from chalicelib.stores.store import Store

LEAP = timedelta(days=100)  # between two sweeps; what is shorter lets little go too early
PROBATION = timedelta(days=7)
LEAP_ON_PROBATION = 2 * PROBATION  # so that a clock that goes on leaping is not believed for it

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClockNote:
    """What a sweep notes of the clock by which it goes.

    seen: the time of the sweep. since: when the clock last leapt, or a week ago where that is over.
    """

    seen: datetime
    since: datetime

    @property
    def is_trusted(self) -> bool:
        """Whether the clock has run on for long enough to say how old feedback is."""
        return self.seen - self.since >= PROBATION

    @classmethod
    def trusted(cls, now: datetime) -> Self:
        """Return the note of somebody who knows that the clock is right."""
        return cls(now, now - PROBATION)

    @classmethod
    def at(cls, store: Store, now: datetime) -> Self:
        """Return the note of a sweep at that time. Raises StorageUnavailable."""
        before = _noted(store) or cls.trusted(_newest(store, now))
        if abs(now - before.seen) > (LEAP if before.is_trusted else LEAP_ON_PROBATION):
            return cls(now, now)
        if before.is_trusted:
            return cls.trusted(now)
        return cls(now, min(before.since, now))

    def keep(self, store: Store) -> None:
        """Keep it in the store, if that takes it: a full disk must not keep what is old."""
        content = {"format": 1, "seen": self.seen.isoformat(), "since": self.since.isoformat()}
        with suppress(StorageUnavailable):
            store.put(CLOCK_KEY, json.dumps(content).encode())


def _noted(store: Store) -> ClockNote | None:
    """Return the note of the last sweep; None where there is none that can be read."""
    blob = store.get(CLOCK_KEY)
    if blob is None:
        return None
    try:
        content = json.loads(blob.data)
        seen, since = (datetime.fromisoformat(content[name]) for name in ("seen", "since"))
        return ClockNote(seen.astimezone(UTC), since.astimezone(UTC))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        logger.warning("%s is no note of the clock: %r", CLOCK_KEY, error)
        return None


def _newest(store: Store, now: datetime) -> datetime:
    """Return when feedback last came, or was moved; now where there is none."""
    return max((listed.modified for listed in store.list(f"{ROOT}/")), default=now)
