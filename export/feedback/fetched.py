"""What pulls have fetched so far, so that the next one, or the same one again, fetches the rest."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from export.feedback.dataset import Item
from export.files import write_whole


class Fetched:
    """Items by feedback id, with the time of the record that they were made of.

    One JSON line each, added as it comes; a line that a kill tore is left out when it is read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[str, tuple[str, Item]] = {}
        if path.exists():
            for line in path.read_text(errors="replace").splitlines():
                self._read_line(line)

    def find(self, feedback_id: str, modified: datetime) -> Item | None:
        """Return the item of a feedback whose record has not been written since."""
        at, item = self._lines.get(feedback_id, (None, None))
        return item if at == modified.isoformat() else None

    def add(self, item: Item, modified: datetime) -> None:
        """Note an item whose file is there."""
        self._lines[item.id] = modified.isoformat(), item
        with self._path.open("a") as file:
            file.write(_line(*self._lines[item.id]))

    def keep(self, ids: frozenset[str]) -> None:
        """Forget all other feedback."""
        self._lines = {name: line for name, line in self._lines.items() if name in ids}
        write_whole(self._path, "".join(_line(*line) for line in self._lines.values()).encode())

    def _read_line(self, line: str) -> None:
        try:
            content = json.loads(line)
            item = Item(**content["item"])
            self._lines[item.id] = content["modified"], item
        except (ValueError, TypeError, KeyError):
            return


def _line(modified: str, item: Item) -> str:
    return json.dumps({"modified": modified, "item": asdict(item)}) + "\n"
