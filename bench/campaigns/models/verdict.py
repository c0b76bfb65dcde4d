"""What came of a damaged thing: refused by name, harmless, or worse."""

from enum import StrEnum


class Verdict(StrEnum):
    """The outcome of one case; those from SERVED on must not be."""

    REFUSED = "refused, the file or key named"
    UNCHANGED = "answered as before the damage, bit by bit"
    SHIPPED = "answered as shipped, bit by bit, and said so in the log"
    GONE = "answered as shipped, bit by bit, for the pointer was gone"
    SERVED = "answered by what was damaged"
    UNNAMED = "refused without a name"
    SILENT = "out of service, or damaged, without a word in the log"
    REPEATED = "said again and again in the log"
    DROPPED = "a running server let go of a good head"
    FAILED = "failed as nobody expected"

    @property
    def is_bad(self) -> bool:
        """Whether it must not be."""
        return self not in (Verdict.REFUSED, Verdict.UNCHANGED, Verdict.SHIPPED, Verdict.GONE)
