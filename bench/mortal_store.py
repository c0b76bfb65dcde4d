"""A store whose user is killed, or overtaken by others, after a number of operations."""

from collections.abc import Callable, Iterator

from chalicelib.stores.store import Blob, Expected, Listed, Store


class Killed(Exception):
    """Stands for the end of a process."""


def die() -> None:
    """End as a killed process does: nothing catches it."""
    raise Killed


class MortalStore:
    """Passes everything on to a real store; after `lives` operations `then` is called once."""

    def __init__(self, store: Store, lives: int, then: Callable[[], None]) -> None:
        self._store = store
        self._lives = lives
        self._then = then
        self.steps = 0

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self._lives + 1:
            self._then()

    def get(self, key: str) -> Blob | None:
        """See Store."""
        self._step()
        return self._store.get(key)

    def put(self, key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING) -> str:
        """See Store."""
        self._step()
        return self._store.put(key, data, expected=expected)

    def delete(self, key: str) -> None:
        """See Store."""
        self._step()
        self._store.delete(key)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """See Store."""
        return self._store.list(prefix)

    def sweep(self) -> int:
        """See Store."""
        return self._store.sweep()

    def within(self, budget_s: float) -> Store:  # noqa: ARG002 - it counts, it does not wait
        """See Store."""
        return self
