"""Damage that no answer shows: servers go on with the last good head, and with what they tried."""

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from chalicelib.errors import UnusableHead
from chalicelib.learning.current import Tag, read_current
from chalicelib.learning.heads import read_head
from chalicelib.learning.history import read_entry
from chalicelib.learning.keys import CURRENT_KEY, ROLLOUT_KEY
from chalicelib.learning.rollouts import read_rollout_entry, read_rollouts
from chalicelib.learning.swap import Entry, State
from chalicelib.stores.store import Reader

S = TypeVar("S", bound=State)


def find_damage(reader: Reader) -> Iterator[UnusableHead]:
    """Yield what is wrong with the pointers to heads and rollouts, and with the current heads.

    Raises StorageUnavailable.
    """
    current = yield from _pointer_damage(reader, CURRENT_KEY, read_current, read_entry)
    for sha256 in current.heads.values() if current else ():
        try:
            read_head(reader, sha256)
        except UnusableHead as error:
            yield error
    yield from _pointer_damage(reader, ROLLOUT_KEY, read_rollouts, read_rollout_entry)


def _pointer_damage(
    reader: Reader,
    key: str,
    read: Callable[[Reader], tuple[S, Tag]],
    read_named_entry: Callable[[Reader, str], Entry[S]],
) -> Generator[UnusableHead, None, S | None]:
    """Yield what is wrong with a pointer and its newest entry; return what it says."""
    try:
        current, _ = read(reader)
        entry = read_named_entry(reader, current.entry) if current.entry else None
    except UnusableHead as error:
        yield error
        return None
    if entry and entry.current != current:
        yield UnusableHead(key, "says something else than its history")
    return current
