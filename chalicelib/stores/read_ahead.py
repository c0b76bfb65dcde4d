"""Reads one key while its asker still has other things to do."""

import threading
from collections.abc import Callable

from chalicelib.stores.store import Blob, Reader


class ReadAhead:
    """A reader that is opened, and reads `key`, in a thread of its own from the beginning.

    What that found is the first answer for the key; everything later is read when it is asked for.
    Where it failed, the first answer is its error, and the next asker tries anew.
    """

    def __init__(self, open_reader: Callable[[], Reader], key: str) -> None:
        self._open_reader = open_reader
        self._key = key
        self._reader: Reader | None = None
        self._found: Blob | None = None
        self._error: Exception | None = None
        self._ahead: threading.Thread | None = threading.Thread(
            target=self._begin, name="read ahead", daemon=True
        )
        self._ahead.start()

    def get(self, key: str) -> Blob | None:
        """Return what lies under `key`, None where nothing does.

        Raises what opening the reader raises, and StorageUnavailable.
        """
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
            if self._error is not None:
                raise self._error
            if key == self._key:
                return self._found
        return self._opened().get(key)

    def _begin(self) -> None:
        try:
            self._found = self._opened().get(self._key)
        except Exception as error:  # noqa: BLE001 - it is raised again where it is asked for
            self._error = error

    def _opened(self) -> Reader:
        if self._reader is None:
            self._reader = self._open_reader()
        return self._reader
