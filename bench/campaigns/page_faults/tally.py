"""What the campaign has seen, and what of it may not be."""

import sys
from collections import Counter
from dataclasses import dataclass, field

from bench.outcome import Fact

MOST_SILENT_S = 10.0
MOST_ASKED = 2  # requests in the second after one has failed


@dataclass
class Tally:
    """Counts over all faults; each count of harm is a number of faults that did it."""

    faults: int = 0
    slowest_s: float = 0.0
    most_asked: int = 0
    harms: Counter[str] = field(default_factory=Counter)

    def harm(self, what: str, told: str) -> None:
        """Count a harm, and say what it was."""
        self.harms[what] += 1
        print(f"{what}: {told}", file=sys.stderr, flush=True)

    def facts(self) -> list[Fact]:
        """Return what the campaign found."""
        return [
            Fact("faults tried", self.faults),
            Fact("slowest message", round(self.slowest_s, 2), "s", most=MOST_SILENT_S),
            Fact(ASKED, self.most_asked, most=MOST_ASKED),
            *(Fact(name, self.harms[name], most=0) for name in HARMS),
        ]


ASKED = "most requests in the second after one failed"
DRAWING_LOST = "drawings lost"
SILENT = "faults that nothing was said of"
MARKUP = "answers whose markup came to life"
OLDER = "answers of an older drawing over a newer one"
UNCAUGHT = "uncaught exceptions"
FEEDBACK_LOST = "feedback lost"
FEEDBACK_TWICE = "feedback kept twice, or kept though taken back"
HARMS = (DRAWING_LOST, SILENT, MARKUP, OLDER, UNCAUGHT, FEEDBACK_LOST, FEEDBACK_TWICE)
