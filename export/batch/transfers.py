"""Transfers side by side, a few at a time, however many there are."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

CONNECTIONS = 16
AHEAD = 4 * CONNECTIONS  # that wait, or are done and not taken yet

Item = TypeVar("Item")
Done = TypeVar("Done")


class Transfers:
    """Threads for transfers; where they are left early, what has not begun is left undone."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(CONNECTIONS)

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what has begun."""
        self._threads.shutdown(cancel_futures=True)

    def each(self, do: Callable[[Item], Done], items: Iterable[Item]) -> Iterator[Done]:
        """Do something with each item, and yield what comes of it in the order of the items."""
        ahead: deque[Future[Done]] = deque()
        for item in items:
            ahead.append(self._threads.submit(do, item))
            if len(ahead) > AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
