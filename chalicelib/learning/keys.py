"""Where feedback and what is learnt of it lie in a store: every key is built and read here."""

import hashlib
import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Self

ROOT = "feedback/v1"
CLAIMS = f"{ROOT}/idempotency/"
WITHDRAWN = f"{ROOT}/withdrawn/"
CLOCK_KEY = f"{ROOT}/clock.json"  # when the feedback was last swept
LEARNING_ROOT = "learning/v1"
CURRENT_KEY = f"{LEARNING_ROOT}/current.json"  # the one pointer to what is served
ROLLOUT_KEY = f"{LEARNING_ROOT}/rollout.json"  # the one pointer to the candidates that are tried
_ID = r"[0-9a-f]{32}"
_KEY = re.compile(
    rf"{ROOT}/status=(?P<status>[a-z]+)/dt=(?P<day>[0-9-]{{10}})/(?P<id>{_ID})\.(?:png|json)"
)
_WITHDRAWN = re.compile(rf"{WITHDRAWN}(?P<id>{_ID})\.json")


class FeedbackStatus(StrEnum):
    """How far feedback has come; it stays under the same day and id all the way."""

    QUARANTINE = "quarantine"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FeedbackPlace(NamedTuple):
    """Where one piece of feedback lies: a record and, beside it, the picture it is about."""

    status: FeedbackStatus
    day: date
    id: str

    @property
    def record_key(self) -> str:
        """The key of the record, whose presence makes the feedback count."""
        return f"{self._stem}.json"

    @property
    def picture_key(self) -> str:
        """The key of the picture."""
        return f"{self._stem}.png"

    @property
    def _stem(self) -> str:
        return f"{status_prefix(self.status)}dt={self.day.isoformat()}/{self.id}"

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Return the place that `key` belongs to, None where it belongs to none."""
        found = _KEY.fullmatch(key)
        if not found:
            return None
        try:
            status, day = FeedbackStatus(found["status"]), date.fromisoformat(found["day"])
        except ValueError:
            return None
        return cls(status, day, found["id"])


def status_prefix(status: FeedbackStatus) -> str:
    """Return the folder of all feedback of that status."""
    return f"{ROOT}/status={status}/"


def claim_key(idempotency_key: str) -> str:
    """Return the key of the claim that an Idempotency-Key makes; the key itself is not in it."""
    return f"{CLAIMS}{hashlib.sha256(idempotency_key.encode()).hexdigest()}.json"


def head_key(sha256: str) -> str:
    """Return the key of the head whose bytes have that digest."""
    return f"{LEARNING_ROOT}/heads/{sha256}.json"


def history_key(sha256: str) -> str:
    """Return the key of the history entry whose bytes have that digest."""
    return f"{LEARNING_ROOT}/history/{sha256}.json"


def rollout_entry_key(sha256: str) -> str:
    """Return the key of the entry of the rollouts' history whose bytes have that digest."""
    return f"{LEARNING_ROOT}/rollouts/{sha256}.json"


def tombstone_key(feedback_id: str) -> str:
    """Return the key of what says that the feedback was withdrawn."""
    return f"{WITHDRAWN}{feedback_id}.json"


def withdrawn_id(key: str) -> str | None:
    """Return the id of the feedback that a tombstone's key is about, None for another key."""
    found = _WITHDRAWN.fullmatch(key)
    return found["id"] if found else None


def round_key(round_id: str) -> str:
    """Return the key of the report of a round."""
    return f"{LEARNING_ROOT}/rounds/{round_id}.json"
