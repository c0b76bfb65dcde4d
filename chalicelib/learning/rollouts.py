"""The rollouts that are on, and the history of how they came to be, as they are stored."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from chalicelib.errors import NoRollout, RolloutsChanged
from chalicelib.learning.current import Tag
from chalicelib.learning.history import new_id
from chalicelib.learning.keys import ROLLOUT_KEY, rollout_entry_key
from chalicelib.learning.stored_json import (
    Check,
    decode_object,
    encode_object,
    equals,
    is_object,
    is_sha256,
    is_text,
    is_time,
    object_of,
    optional,
    read_named,
    require_text,
)
from chalicelib.learning.swap import Pointer
from chalicelib.recognition.rollout import Rollout, Rollouts
from chalicelib.stores.store import Conflict, Expected, Reader, Store

ROLLOUT_FORMAT = 1


class RolloutAction(StrEnum):
    """What made an entry of the history."""

    START = "start"
    PROMOTE = "promote"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRollouts:
    """Which rollouts are on.

    entry: digest of the newest entry of the history; None where there is none yet.
    rollouts: by the names of their models.
    """

    entry: str | None = None
    rollouts: Rollouts = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the pointer as JSON."""
        return _encode({"entry": self.entry}, self.rollouts)

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        return cls(**_decode(data, where, _CURRENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutEntry:
    """One change of the rollouts: what they became, who did it, when, why, on which figures.

    id: random, so that no two entries are the same object.
    parent: digest of the entry before it; None for the first.
    time: ISO 8601, UTC.
    """

    id: str = field(default_factory=new_id)
    parent: str | None
    action: RolloutAction
    model: str
    rollouts: Rollouts
    by: str
    reason: str
    time: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Digest of the encoded entry: its name."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def current(self) -> CurrentRollouts:
        """What is on once this entry is the newest."""
        return CurrentRollouts(entry=self.sha256, rollouts=self.rollouts)

    def encode(self) -> bytes:
        """Return the entry as JSON."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return _encode(plain, self.rollouts)

    @classmethod
    def decode(cls, data: bytes, where: str) -> Self:
        """Read what `encode` wrote. Raises UnusableHead."""
        found = _decode(data, where, _ENTRY)
        return cls(**found | {"action": RolloutAction(found["action"])})


class RolloutBook:
    """Begins and ends rollouts, each by one conditional write."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._now = now
        self._pointer = Pointer(
            store, ROLLOUT_KEY, rollout_entry_key, read_rollouts, read_rollout_entry
        )

    def read(self) -> tuple[CurrentRollouts, Tag]:
        """Return what is on, and the tag that `promote` expects of who has seen it.

        Raises UnusableHead where that is damaged, StorageUnavailable.
        """
        return self._pointer.read()

    def history(self) -> Iterator[RolloutEntry]:
        """Return every change, the newest first. Raises UnusableHead, StorageUnavailable."""
        return self._pointer.history()

    def start(self, rollout: Rollout, by: str, reason: str) -> CurrentRollouts:
        """Let a candidate be tried, or change how much; what is on of other models stays.

        Raises ValueError for all drawings, which is a promotion, or for less than none;
        InvalidField, UnusableHead, StorageUnavailable.
        """
        if not 0 <= rollout.share < 1:
            raise ValueError(f"a share of {rollout.share}")

        def with_it(current: CurrentRollouts) -> RolloutEntry:
            return self._next(current, RolloutAction.START, rollout.model, rollout, by, reason)

        return self._pointer.change(with_it)

    def promote(
        self, rollout: Rollout, expected: Tag, by: str, reason: str, figures: Mapping[str, Any]
    ) -> CurrentRollouts:
        """Let a candidate answer all that its model is asked, whatever its share was.

        Raises RolloutsChanged where they are not what they were, by the tag, when it was judged;
        InvalidField, UnusableHead, StorageUnavailable.
        """
        current, tag = self.read()
        if tag != expected:
            raise RolloutsChanged
        everything = rollout._replace(share=1.0)
        entry = self._next(
            current, RolloutAction.PROMOTE, rollout.model, everything, by, reason, figures
        )
        try:
            return self._pointer.swap(entry, tag)
        except Conflict as conflict:
            raise RolloutsChanged from conflict

    def withdraw(self, model: str, by: str, reason: str) -> CurrentRollouts:
        """Let the live version of a model answer alone, whatever its candidate did.

        Raises NoRollout, InvalidField, UnusableHead, StorageUnavailable.
        """

        def without_it(current: CurrentRollouts) -> RolloutEntry:
            if model not in current.rollouts:
                raise NoRollout(model)
            return self._next(current, RolloutAction.WITHDRAW, model, None, by, reason)

        return self._pointer.change(without_it)

    def _next(
        self,
        current: CurrentRollouts,
        action: RolloutAction,
        model: str,
        rollout: Rollout | None,
        by: str,
        reason: str,
        figures: Mapping[str, Any] | None = None,
    ) -> RolloutEntry:
        """Return an entry that follows what is on. Raises InvalidField."""
        require_text("by", by)
        require_text("reason", reason)
        others = {name: on for name, on in current.rollouts.items() if name != model}
        return RolloutEntry(
            parent=current.entry,
            action=action,
            model=model,
            rollouts=others | ({model: rollout} if rollout else {}),
            by=by,
            reason=reason,
            time=self._now().isoformat(),
            figures=figures or {},
        )


def read_rollouts(reader: Reader) -> tuple[CurrentRollouts, Tag]:
    """Return which rollouts are on, and the tag that a swap expects.

    Raises UnusableHead where that is damaged, StorageUnavailable.
    """
    blob = reader.get(ROLLOUT_KEY)
    if blob is None:
        return CurrentRollouts(), Expected.NOTHING
    return CurrentRollouts.decode(blob.data, ROLLOUT_KEY), blob.tag


def read_rollout_entry(reader: Reader, sha256: str) -> RolloutEntry:
    """Return the history entry of that name. Raises UnusableHead, StorageUnavailable."""
    key = rollout_entry_key(sha256)
    return RolloutEntry.decode(read_named(reader, key, sha256), key)


def _encode(plain: Mapping[str, Any], rollouts: Rollouts) -> bytes:
    stored = {
        model: {"live": on.live, "candidate": on.candidate, "share": on.share}
        for model, on in rollouts.items()
    }
    return encode_object({**plain, "format": ROLLOUT_FORMAT, "rollouts": stored})


def _decode(data: bytes, where: str, checks: Mapping[str, Check]) -> dict[str, Any]:
    found = decode_object(data, where, checks)
    del found["format"]
    rollouts = {model: Rollout(model, **on) for model, on in found["rollouts"].items()}
    return found | {"rollouts": rollouts}


def _is_share(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]  # by its type


def _is_rollout(value: object) -> bool:
    return (
        type(value) is dict
        and value.keys() == {"live", "candidate", "share"}
        and is_text(value["live"])
        and is_text(value["candidate"])
        and value["live"] != value["candidate"]
        and _is_share(value["share"])
    )


def _is_action(value: object) -> bool:
    return type(value) is str and value in set(RolloutAction)


_STATE: dict[str, Check] = {
    "format": equals(ROLLOUT_FORMAT),
    "rollouts": object_of(_is_rollout),
}
_CURRENT = _STATE | {"entry": is_sha256}
_ENTRY = _STATE | {
    "id": is_text,
    "parent": optional(is_sha256),
    "action": _is_action,
    "model": is_text,
    "by": is_text,
    "reason": is_text,
    "time": is_time,
    "figures": is_object,
}
