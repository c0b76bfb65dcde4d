"""What a campaign found: facts beside what they must be at most, kept as a file of JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from chalicelib.errors import InklingError


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a campaign counted or measured.

    most: what it must be at most, least: what it must be at least; None where it is only told.
    """

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def held(self) -> bool:
        """Whether it is within its bounds."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.what}: {self.amount}{f' ({self.bound})' if self.bound else ''}"

    @property
    def amount(self) -> str:
        """The value with its unit, as few digits as tell it."""
        number = f"{self.value:,.0f}" if float(self.value).is_integer() else f"{self.value:,.3g}"
        return f"{number} {self.unit}".rstrip()

    @property
    def bound(self) -> str:
        """What was to hold, and whether it did."""
        verdict = "held" if self.held else "**not held**"
        if self.most is not None:
            return f"at most {self.most:,g}: {verdict}"
        return "" if self.least is None else f"at least {self.least:,g}: {verdict}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A campaign that has been run to its end.

    size: of the campaign, in its own unit (requests, kills, ...). hardware: on what, and when.
    """

    campaign: str
    size: int
    seed: int
    duration_s: float
    hardware: str
    facts: tuple[Fact, ...]

    @property
    def held(self) -> bool:
        """Whether all facts are within their bounds."""
        return all(fact.held for fact in self.facts)

    def __str__(self) -> str:
        """Say it in one line."""
        verdict = "held" if self.held else "NOT HELD"
        facts = "; ".join(map(str, self.facts))
        return (
            f"{self.campaign} {verdict}: size {self.size:,}, seed {self.seed}, "
            f"{self.duration_s:,.0f} s: {facts}"
        )

    def write(self, folder: Path) -> None:
        """Keep it in a folder under the campaign's name."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / f"{self.campaign}.json").write_text(text + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what was kept. Raises UnreadableOutcome."""
        try:
            fields = json.loads(path.read_bytes())
            facts: Sequence[Fact] = [Fact(**fact) for fact in fields.pop("facts")]
            return cls(**fields, facts=tuple(facts))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableOutcome(path) from error


class UnreadableOutcome(InklingError):
    """A file is not an outcome that a campaign has written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is no outcome of a campaign; remove it and run that one again")
        self.path = path
