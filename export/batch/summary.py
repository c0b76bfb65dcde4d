"""What results in bulk say together: counts by digit, how many are unsure, which are the least."""

import base64
import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from export.batch.results_file import drawings_of
from export.errors import DamagedResults
from export.numbers import counted

SHOWN = 48  # of the least sure digits
STATUSES = ("recognized", "unsure", "not_a_digit")


class Doubtful(NamedTuple):
    """A digit that a model was not sure of; png: what it saw, 28 x 28."""

    probability: float
    label: str
    status: str
    place: str
    png: bytes


@dataclass
class Summary:
    """What was counted.

    drawings, digits: how many. labels: the digits by label and status. errors: drawings by code.
    least: the least sure digits, those taken for none left out, the least sure first.
    """

    drawings: int = 0
    digits: int = 0
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    least: list[Doubtful] = field(default_factory=list)

    def of_status(self, status: str) -> int:
        """Return how many digits have a status."""
        return sum(by[status] for by in self.labels.values())

    def text(self) -> Iterator[str]:
        """Yield it in lines."""
        wrong = sum(self.errors.values())
        drawings, digits = counted(self.drawings, "drawing"), counted(self.digits, "digit")
        yield f"{drawings}, {digits}; {counted(wrong, 'drawing')} not read"
        for status in STATUSES:
            found = self.of_status(status)
            yield f"  {found:9,}  {100 * found / max(self.digits, 1):5.1f} %  {status}"
        yield "recognized, by digit:"
        for label in sorted(self.labels):
            yield f"  {self.labels[label]['recognized']:9,}  {label}"
        if self.errors:
            yield "not read:"
        for code, found in self.errors.most_common():
            yield f"  {found:9,}  {code}"


def summarise(path: Path) -> Summary:
    """Read results. Raises DamagedResults where a line is none of `export.batch`, OSError."""
    summary = Summary()
    ranked: list[tuple[float, int, Doubtful]] = []
    order = count()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                for doubtful in _count(summary, json.loads(line)):
                    # A heap of the least sure: its first is the surest of them.
                    heapq.heappush(ranked, (-doubtful.probability, -next(order), doubtful))
                    if len(ranked) > SHOWN:
                        heapq.heappop(ranked)
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                where = f"{path}, line {number}"
                reason = "this is no result as export.batch run and collect write them"
                raise DamagedResults(where, reason) from error
    summary.least = [doubtful for *_, doubtful in sorted(ranked, reverse=True)]
    return summary


def _count(summary: Summary, result: Mapping[str, Any]) -> Iterable[Doubtful]:
    many = drawings_of(result)
    summary.drawings += many
    if "error" in result:
        summary.errors[result["error"]["code"]] += many
        return []
    digits = result["answer"]["digits"]
    summary.digits += len(digits)
    for digit in digits:
        summary.labels.setdefault(digit["label"], Counter())[digit["status"]] += 1
    return [
        _doubtful(result, digits[each["digit"]], each["seen"])
        for each in result.get("doubtful", ())
        if digits[each["digit"]]["status"] != "not_a_digit"
    ]


def _doubtful(result: Mapping[str, Any], digit: Mapping[str, Any], seen: str) -> Doubtful:
    where = result.get("entry") or result.get("line", "")
    name = str(result["input"]).rpartition("/")[2]
    png = base64.b64decode(seen.partition(",")[2])
    place = f"{name} {where}".strip()
    return Doubtful(digit["probability"], digit["label"], digit["status"], place, png)
