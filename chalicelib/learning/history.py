"""The history of how what is current came to be, as it is stored."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from chalicelib.learning.current import FORMAT, STATE, Current
from chalicelib.learning.keys import history_key
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    is_object,
    is_sha256,
    is_text,
    is_time,
    optional,
    read_named,
)
from chalicelib.stores.store import Reader


class Action(StrEnum):
    """What made an entry of the history."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


def new_id() -> str:
    """Return a random id, so that no two entries are the same object."""
    from secrets import token_hex  # who only reads what is current need not wait for it

    return token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change of what is current: what it became, who did it, when, why, on which figures.

    id: random, so that no two entries are the same object.
    parent: digest of the entry before it; None for the first.
    restored: of a rollback, digest of the entry whose heads came back; None where they are those
        that were shipped.
    time: ISO 8601, UTC.
    """

    id: str = field(default_factory=new_id)
    parent: str | None
    action: Action
    heads: Mapping[str, str]
    versions: Mapping[str, str]
    frozen: bool
    restored: str | None = None
    by: str
    reason: str
    time: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Digest of the encoded entry: its name."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def current(self) -> Current:
        """What is current once this entry is the newest."""
        return Current(
            entry=self.sha256, heads=self.heads, versions=self.versions, frozen=self.frozen
        )

    @property
    def before(self) -> str | None:
        """Where to look for the heads before these: what was rolled back does not come again."""
        return self.restored if self.action is Action.ROLLBACK else self.parent

    def encode(self) -> bytes:
        """Return the entry as JSON."""
        return encode_object({"format": FORMAT} | asdict(self))

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = decode_object(data, where, _ENTRY)
        del found["format"]
        return cls(**found | {"action": Action(found["action"])})


def read_entry(reader: Reader, sha256: str) -> HistoryEntry:
    """Return the history entry of that name. Raises UnusableHead, StorageUnavailable."""
    key = history_key(sha256)
    return HistoryEntry.decode(read_named(reader, key, sha256), key)


def _is_action(value: object) -> bool:
    return type(value) is str and value in set(Action)


_ENTRY: dict[str, Check] = STATE | {
    "id": is_text,
    "parent": optional(is_sha256),
    "action": _is_action,
    "restored": optional(is_sha256),
    "by": is_text,
    "reason": is_text,
    "time": is_time,
    "figures": is_object,
}
