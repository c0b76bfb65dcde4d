"""A limit on waiting: a socket's own begins anew with every byte, and a name server has none."""

import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def call_within(limit_s: float, call: Callable[[], Result]) -> Result:
    """Return what `call` returns, or raise what it raises; TimeoutError where it takes longer.

    What is given up goes on in a thread of its own until its sockets time out; nobody hears of it.
    """
    results: list[Result] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001 - raised again below, for who waits
            failures.append(error)

    thread = threading.Thread(target=run, name="store", daemon=True)
    thread.start()
    thread.join(limit_s)
    if failures:
        raise failures[0]
    if not results:
        raise TimeoutError(f"no whole answer came within {limit_s} s")
    return results[0]
