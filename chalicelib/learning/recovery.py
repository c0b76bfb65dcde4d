"""What the history still tells where a pointer to it, or what that names, is damaged.

Entries are named by the digest of their content and written before the pointer names them: one
that is found by its name is whole, and was current. Only who has found damage reads any of this.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from chalicelib.errors import UnusableHead
from chalicelib.learning.current import Current
from chalicelib.learning.history import HistoryEntry, read_entry
from chalicelib.learning.swap import Entry, State
from chalicelib.stores.store import Reader

RESTORE = "restore it as docs/operations.md says of what is damaged"
MOST_ENTRIES = 32  # that are looked through, while answers go on
_ENTRY = re.compile(rb'"entry"\s*:\s*"([0-9a-f]{64})"')

S = TypeVar("S", bound=State)


def recover_current(
    reader: Reader, key: str, read_named_entry: Callable[[Reader, str], Entry[S]]
) -> S | None:
    """Return what a damaged pointer said, by the entry whose name can still be read in it.

    None where there is no such name, or the entry is damaged, too: older entries say nothing of
    what was rolled back or withdrawn since. Raises StorageUnavailable.
    """
    blob = reader.get(key)
    names = set(_ENTRY.findall(blob.data)) if blob else set()
    if len(names) != 1:
        return None
    try:
        return read_named_entry(reader, names.pop().decode()).current
    except UnusableHead:
        return None


def places_instead(
    reader: Reader, current: Current, model: str, served: str | None
) -> Iterator[Current]:
    """Yield where to look for a model's head, where the one that is current cannot be served.

    served: digest of the head that is; None where the model answers as trained. Where the newest
    entry says something else than the pointer, the pointer is damaged. What is served stays if
    what cannot be came after it, and goes if it was rolled back. Raises StorageUnavailable.
    """
    for age, entry in enumerate(_read_lineage(reader, current.entry)):
        named = entry.heads.get(model)
        if named and (named == served or (age == 0 and named != current.heads[model])):
            yield entry.current
        if served is None:
            return


def tell(error: UnusableHead, kept: str, *, by_history: bool) -> str:
    """Say that a pointer is damaged, what is served, and what to do."""
    return (
        f"{'What is served is what the history says' if by_history else kept}: {error}; {RESTORE}"
    )


def _read_lineage(reader: Reader, newest: str | None) -> Iterator[HistoryEntry]:
    """Yield an entry and those that it builds on, without what was rolled back on the way.

    Ends where an entry is damaged, and after MOST_ENTRIES. Raises StorageUnavailable.
    """
    name = newest
    for _ in range(MOST_ENTRIES):
        if name is None:
            return
        try:
            entry = read_entry(reader, name)
        except UnusableHead:
            return
        yield entry
        name = entry.before
