"""What is current, and the history of how it came to be, as they are stored."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from chalicelib.errors import UnusableHead
from chalicelib.learning.keys import CURRENT_KEY, history_key
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    equals,
    is_boolean,
    is_object,
    is_sha256,
    is_text,
    is_time,
    object_of,
    optional,
    read_named,
)
from chalicelib.stores.store import Expected, Reader

HISTORY_FORMAT = 1

Tag = Expected | str


class Action(StrEnum):
    """What made an entry of the history."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is served, and whether that may change.

    entry: digest of the newest entry of the history; None where there is none yet.
    heads: the digest of the promoted head of each model that has one; the others answer as trained.
    versions: the version of each of these models that its head was fitted for.
    frozen: no head is promoted; a rollback is possible all the same.
    """

    entry: str | None = None
    heads: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    frozen: bool = False

    def encode(self) -> bytes:
        """Return the pointer as JSON."""
        return encode_object({"format": HISTORY_FORMAT} | asdict(self))

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = decode_object(data, where, _CURRENT)
        del found["format"]
        if found["heads"].keys() != found["versions"].keys():
            raise UnusableHead(where, "names heads for other models than versions")
        return cls(**found)


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
        return encode_object({"format": HISTORY_FORMAT} | asdict(self))

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = decode_object(data, where, _ENTRY)
        del found["format"]
        return cls(**found | {"action": Action(found["action"])})


def read_current(reader: Reader) -> tuple[Current, Tag]:
    """Return what is current, and the tag that a swap of it expects.

    Raises UnusableHead where the pointer is damaged, StorageUnavailable.
    """
    blob = reader.get(CURRENT_KEY)
    if blob is None:
        return Current(), Expected.NOTHING
    return Current.decode(blob.data, CURRENT_KEY), blob.tag


def read_entry(reader: Reader, sha256: str) -> HistoryEntry:
    """Return the history entry of that name. Raises UnusableHead, StorageUnavailable."""
    key = history_key(sha256)
    return HistoryEntry.decode(read_named(reader, key, sha256), key)


def _is_action(value: object) -> bool:
    return type(value) is str and value in set(Action)


_STATE: dict[str, Check] = {
    "format": equals(HISTORY_FORMAT),
    "heads": object_of(is_sha256),
    "versions": object_of(is_text),
    "frozen": is_boolean,
}
_CURRENT = _STATE | {"entry": is_sha256}
_ENTRY = _STATE | {
    "id": is_text,
    "parent": optional(is_sha256),
    "action": _is_action,
    "restored": optional(is_sha256),
    "by": is_text,
    "reason": is_text,
    "time": is_time,
    "figures": is_object,
}
