"""The table of `make stats`."""

from collections.abc import Iterator

from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.statistics import (
    Said,
    agreement,
    agreement_by_class,
    class_counts,
    confidence_counts,
    counts_by_class,
    drift,
)
from export.stats.reference import Reference

NONE = "none"  # what no digit is called


def table(said: list[Said], reference: Reference | None) -> Iterator[str]:
    """Yield the lines of the table."""
    first, last = min(one.day for one in said), max(one.day for one in said)
    yield f"{len(said):,} pieces of feedback, {first} to {last}"
    yield ""
    yield "people say  " + "".join(f"{status:>12s}" for status in FeedbackStatus) + "      agreed"
    by_class = agreement_by_class(said)
    for label, counts in counts_by_class(said).items():
        row = f"{label or NONE:12s}" + "".join(f"{counts[s]:12,}" for s in FeedbackStatus)
        yield row + (_share(by_class[label].agreed, by_class[label].of) if label else "")
    everything = agreement(said)
    totals = (sum(one.status is status for one in said) for status in FeedbackStatus)
    yield (
        f"{'all':12s}"
        + "".join(f"{n:12,}" for n in totals)
        + _share(everything.agreed, everything.of)
    )
    if reference:
        yield ""
        yield from _drift_lines(said, reference)


def _share(agreed: int, of: int) -> str:
    return f"{agreed / of:12.1%} of {of:,}" if of else f"{'-':>12s}"


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
