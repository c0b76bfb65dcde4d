"""The table of `make stats`."""

from collections import Counter
from collections.abc import Iterator

from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.statistics import (
    Said,
    agreement,
    class_counts,
    confidence_counts,
    counts_by_class,
    drift,
)
from export.numbers import counted
from export.stats.reference import Reference

NONE = "none"  # what no digit is called
HEADS = (*FeedbackStatus, "relabelled", "agreed")
NOTE = """Each row is of what people said. relabelled: a reviewer, or a rule, says something else.
agreed: people said what the model had answered; what was rejected is left out."""


def table(said: list[Said], reference: Reference | None) -> Iterator[str]:
    """Yield the lines of the table."""
    first, last = min(one.day for one in said), max(one.day for one in said)
    yield f"{counted(len(said), 'piece')} of feedback, {first} to {last}"
    yield ""
    yield "people say  " + "".join(f"{head:>12s}" for head in HEADS)
    for label in counts_by_class(said):
        yield _row(label or NONE, [one for one in said if one.label == label])
    yield _row("all", said)
    yield ""
    yield NOTE
    if reference:
        yield ""
        yield from _drift_lines(said, reference)


def _row(name: str, said: list[Said]) -> str:
    statuses = Counter(one.status for one in said)
    counts = *(statuses[s] for s in FeedbackStatus), sum(one.relabelled for one in said)
    found = agreement(said)
    share = f"{found.share:12.1%} of {found.of:,}" if found.of else f"{'-':>12s}"
    return f"{name:12s}" + "".join(f"{count:12,}" for count in counts) + share


def _drift_lines(said: list[Said], reference: Reference) -> Iterator[str]:
    classes = class_counts(said, reference.labels)
    confidence = confidence_counts(p for one in said if (p := one.probability) is not None)
    yield f"Answers that people saw, against {reference.name} on its gold set:"
    for name, counts, gold in (
        ("predicted classes", classes, reference.classes),
        ("confidence", confidence, reference.confidence),
    ):
        if found := drift(counts, gold):
            verdict = "stands out" if found.stands_out else "as by chance"
            yield (
                f"{name:18s}{found.bits:7.3f} bits of Jensen-Shannon divergence; {verdict} "
                f"(chance: up to {found.chance_bits:.3f}, n = {int(counts.sum()):,})"
            )
