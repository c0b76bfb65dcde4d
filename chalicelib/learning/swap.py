"""A pointer in a store and the history behind it: what changes is one conditional write."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from chalicelib.errors import StorageUnavailable
from chalicelib.learning.current import Tag
from chalicelib.stores.store import Conflict, Store

MAX_ATTEMPTS = 20  # of a change that others' swaps keep getting in the way of


class State(Protocol):
    """What a pointer says; entry: digest of the newest entry of its history, None at first."""

    @property
    def entry(self) -> str | None:
        """See above."""

    def encode(self) -> bytes:
        """Return it as JSON."""


S = TypeVar("S", bound=State)
S_co = TypeVar("S_co", bound=State, covariant=True)


class Entry(Protocol[S_co]):
    """One change; parent: digest of the entry before it, None for the first."""

    @property
    def parent(self) -> str | None:
        """See above."""

    @property
    def sha256(self) -> str:
        """Digest of the encoded entry: its name."""

    @property
    def current(self) -> S_co:
        """What the pointer says once this entry is the newest."""

    def encode(self) -> bytes:
        """Return it as JSON."""


E = TypeVar("E", bound=Entry[Any])


class Pointer(Generic[S, E]):
    """Swaps a pointer.

    Entries named by their content are written first; the conditional write of the pointer comes
    last and is the commit. What a kill leaves behind before that, nothing ever reads.
    """

    def __init__(
        self,
        store: Store,
        key: str,
        entry_key: Callable[[str], str],
        read: Callable[[Store], tuple[S, Tag]],
        read_entry: Callable[[Store, str], E],
    ) -> None:
        self._store, self._key, self._entry_key = store, key, entry_key
        self._read, self._read_entry = read, read_entry

    def read(self) -> tuple[S, Tag]:
        """Return what it says, and the tag that a swap expects. Raises as its reader does."""
        return self._read(self._store)

    def entry(self, name: str) -> E:
        """Return an entry by its name. Raises as its reader does."""
        return self._read_entry(self._store, name)

    def history(self) -> Iterator[E]:
        """Yield every entry, the newest first."""
        name = self.read()[0].entry
        while name is not None:
            entry = self.entry(name)
            yield entry
            name = entry.parent

    def change(self, change: Callable[[S], E]) -> S:
        """Swap in what `change` makes of what is current, again where others came first."""
        for _ in range(MAX_ATTEMPTS):
            current, tag = self.read()
            entry = change(current)
            try:
                return self.swap(entry, tag)
            except Conflict:
                continue
        raise StorageUnavailable("swap a pointer")

    def swap(self, entry: E, expected: Tag) -> S:
        """Commit an entry; raises Conflict where the pointer no longer has that tag.

        A put whose answer was lost may have swapped all the same, and others may have swapped
        since: so the history says whether it did.
        """
        name = entry.sha256
        self._store.put(self._entry_key(name), entry.encode())
        new: S = entry.current
        try:
            self._store.put(self._key, new.encode(), expected=expected)
        except (Conflict, StorageUnavailable):
            if not self._follows(name, entry.parent):
                raise
        return new

    def _follows(self, name: str, parent: str | None) -> bool:
        """Whether the entry of that name came after `parent` in the history."""
        found = self.read()[0].entry
        while found not in (name, parent, None):
            found = self.entry(found).parent
        return found == name
