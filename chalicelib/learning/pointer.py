"""The one pointer to the heads that are served: promoted, rolled back, frozen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.errors import HeadsChanged, HeadsFrozen, NothingToRollBack, UnusableHead
from chalicelib.learning.current import Current, Tag, read_current
from chalicelib.learning.heads import Head, read_head
from chalicelib.learning.history import Action, HistoryEntry, read_entry
from chalicelib.learning.keys import CURRENT_KEY, head_key, history_key
from chalicelib.learning.stored_json import require_text
from chalicelib.learning.swap import Pointer
from chalicelib.recognition.registry import ModelEntry
from chalicelib.stores.store import Conflict, Store


class HeadBook:
    """Keeps heads, the pointer to the current ones, and the history of that pointer."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._now = now
        self._pointer = Pointer(store, CURRENT_KEY, history_key, read_current, read_entry)

    def read(self) -> tuple[Current, Tag]:
        """Return what is current, and the tag that `promote` expects of who has seen it.

        Raises UnusableHead where the pointer is damaged, StorageUnavailable.
        """
        return self._pointer.read()

    def head(self, sha256: str) -> Head:
        """Return a head by its name. Raises UnusableHead, StorageUnavailable."""
        return read_head(self._store, sha256)

    def head_of(self, current: Current, entry: ModelEntry) -> Head | None:
        """Return the promoted head of a model; None where it answers as trained.

        Raises StorageUnavailable.
        """
        if current.versions.get(entry.name) != entry.version:
            return None
        try:
            return self.head(current.heads[entry.name])
        except UnusableHead:  # no server that starts serves it either
            return None

    def promote(
        self,
        heads: Mapping[str, Head],
        expected_tag: Tag,
        by: str,
        reason: str,
        figures: Mapping[str, Any],
    ) -> Current:
        """Make heads current, by the name of their models; models not named keep theirs.

        Raises HeadsFrozen, HeadsChanged where the pointer no longer has the expected tag,
        InvalidField, UnusableHead where one is for another model, StorageUnavailable.
        """
        for model, head in heads.items():
            if head.model != model:
                raise UnusableHead(f"The head for {model}", f"was fitted for {head.model}")
        current, tag = self.read()
        if current.frozen:
            raise HeadsFrozen
        if tag != expected_tag:
            raise HeadsChanged
        names = {model: head.sha256 for model, head in heads.items()}
        versions = {model: head.model_version for model, head in heads.items()}
        entry = replace(
            self._next(current, Action.PROMOTE, by, reason),
            heads={**current.heads, **names},
            versions={**current.versions, **versions},
            figures=figures,
        )
        for head in heads.values():
            self._store.put(head_key(head.sha256), head.encode())
        try:
            return self._pointer.swap(entry, tag)
        except Conflict as conflict:
            raise HeadsChanged from conflict

    def rollback(self, by: str, reason: str) -> Current:
        """Make the heads current that were so before the present ones; frozen or not.

        Another rollback goes one step further back, at last to the models as trained: what was
        rolled back comes again only by a promotion. Raises NothingToRollBack, HeadsChanged where
        other heads became current meanwhile, InvalidField, UnusableHead, StorageUnavailable.
        """
        seen: Current | None = None

        def back(current: Current) -> HistoryEntry:
            nonlocal seen
            seen = seen or current
            if current.heads != seen.heads:
                raise HeadsChanged
            entry = self._next(current, Action.ROLLBACK, by, reason)
            earlier = self._earlier(current)
            if earlier is None:
                return replace(entry, heads={}, versions={})
            return replace(
                entry,
                heads=earlier.heads,
                versions=earlier.versions,
                restored=earlier.sha256,
            )

        return self._pointer.change(back)

    def freeze(self, by: str, reason: str) -> Current:
        """Let no round promote; what is served stays. Raises InvalidField, StorageUnavailable."""
        return self._set_frozen(Action.FREEZE, by, reason)

    def unfreeze(self, by: str, reason: str) -> Current:
        """Let rounds promote again. Raises InvalidField, StorageUnavailable."""
        return self._set_frozen(Action.UNFREEZE, by, reason)

    def history(self) -> Iterator[HistoryEntry]:
        """Return every change, the newest first. Raises UnusableHead, StorageUnavailable."""
        return self._pointer.history()

    def _set_frozen(self, action: Action, by: str, reason: str) -> Current:
        frozen = action is Action.FREEZE
        return self._pointer.change(
            lambda current: replace(self._next(current, action, by, reason), frozen=frozen)
        )

    def _next(self, current: Current, action: Action, by: str, reason: str) -> HistoryEntry:
        """Return an entry that follows what is current, unchanged yet. Raises InvalidField."""
        require_text("by", by)
        require_text("reason", reason)
        return HistoryEntry(
            parent=current.entry,
            action=action,
            heads=current.heads,
            versions=current.versions,
            frozen=current.frozen,
            by=by,
            reason=reason,
            time=self._now().isoformat(),
        )

    def _earlier(self, current: Current) -> HistoryEntry | None:
        """Return the newest entry with other heads; None where those are the shipped ones."""
        if not current.heads:
            raise NothingToRollBack
        name = current.entry
        while name is not None:
            entry = self._pointer.entry(name)
            if entry.heads != current.heads:
                return entry
            name = entry.before
        return None
