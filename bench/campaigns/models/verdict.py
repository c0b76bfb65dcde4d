"""What came of a damaged thing: refused by name, harmless, or worse."""

from enum import StrEnum


class Verdict(StrEnum):
    """The outcome of one case; the last four must not be."""

    REFUSED = "refused, the file or key named"
    UNCHANGED = "answered as before the damage, bit by bit"
    SHIPPED = "answered as shipped, bit by bit, and said so in the log"
    SERVED = "answered by what was damaged"
    UNNAMED = "refused without a name"
    SILENT = "out of service without a word in the log"
    FAILED = "failed as nobody expected"

    @property
    def is_bad(self) -> bool:
        """Whether it must not be."""
        return self in (Verdict.SERVED, Verdict.UNNAMED, Verdict.SILENT, Verdict.FAILED)
