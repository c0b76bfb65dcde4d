"""The picture of `make stats`: six small charts of the feedback in a store."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from numpy.typing import NDArray

from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.statistics import (
    CONFIDENCE_EDGES,
    Agreement,
    Said,
    agreement_by_class,
    agreement_by_week,
    class_counts,
    confidence_counts,
    counts_by_class,
    counts_by_day,
    drift,
)
from export.stats.reference import Reference
from export.stats.table import NONE

DPI = 110
INK, WARM, GREY = "#1f3a6e", "#d9822b", "#b8bcc4"
COLOURS = dict(zip(FeedbackStatus, (GREY, INK, WARM), strict=True))
FEWEST_DAYS = 14  # of the axis, so that a single day is a bar and no wall
MARGIN_DAYS = 4  # a week's bar reaches half as far
MOST_DAYS = 60  # drawn one by one
FEWEST_BARS = 6
HEADROOM = 1.2  # for the legend


def draw_statistics(said: list[Said], reference: Reference | None, path: Path) -> None:
    """Draw counts, agreement and, where there is a reference, drift."""
    figure = Figure(figsize=(13, 7), layout="constrained")
    grid = figure.subplots(2, 3)
    _draw_days(grid[0, 0], said)
    _draw_classes(grid[1, 0], said)
    _draw_weeks(grid[0, 1], agreement_by_week(said))
    _draw_agreement(grid[1, 1], agreement_by_class(said))
    confidence = confidence_counts(p for one in said if (p := one.probability) is not None)
    if reference:
        classes = class_counts(said, reference.labels)
        _draw_drift(grid[0, 2], "Predicted classes", reference.labels, classes, reference.classes)
        bins = [f"{low:g} to {high:g}" for low, high in pairwise(CONFIDENCE_EDGES)]
        _draw_drift(grid[1, 2], "Confidence", bins, confidence, reference.confidence)
        grid[1, 2].set_xticks(grid[1, 2].get_xticks(), bins, rotation=35, ha="right")
    else:
        for axes in grid[:, 2]:
            axes.set_axis_off()
    for axes in np.ravel(grid):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=DPI)


def _draw_days(axes: Any, said: list[Said]) -> None:  # noqa: ANN401 - matplotlib has no types
    counts = counts_by_day(said)
    unit, width = "day", 0.9
    if (max(counts) - min(counts)).days > MOST_DAYS:
        counts = _by_week(counts)
        unit, width = "week", 6.0
    days = list(counts)
    _stack(axes, days, list(counts.values()), width)
    axes.set(title=f"Feedback by {unit}", xlim=_span(days[0], days[-1]))
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
    _date_axis(axes)


def _by_week(counts: dict[date, Counter[FeedbackStatus]]) -> dict[date, Counter[FeedbackStatus]]:
    weeks: dict[date, Counter[FeedbackStatus]] = defaultdict(Counter)
    for day, of in counts.items():
        weeks[day - timedelta(days=day.weekday())] += of
    return dict(weeks)


def _stack(
    axes: Any,  # noqa: ANN401 - matplotlib has no types
    places: Sequence[Any],
    counts: Sequence[Counter[FeedbackStatus]],
    width: float,
) -> None:
    base = np.zeros(len(places), int)
    for status in FeedbackStatus:
        heights = np.array([of[status] for of in counts])
        axes.bar(places, heights, width, bottom=base, color=COLOURS[status], label=status)
        base += heights
    axes.set(ylabel="pieces", ylim=(0, HEADROOM * base.max()))
    axes.yaxis.get_major_locator().set_params(integer=True)


def _draw_classes(axes: Any, said: list[Said]) -> None:  # noqa: ANN401 - matplotlib has no types
    counts = counts_by_class(said)
    _stack(axes, [label or NONE for label in counts], list(counts.values()), 0.8)
    axes.set(title="What people said that it is")
    _leave_room(axes, len(counts))


def _leave_room(axes: Any, bars: int) -> None:  # noqa: ANN401 - matplotlib has no types
    """Keep few bars from becoming walls."""
    axes.set_xlim(-0.7, max(bars, FEWEST_BARS) - 0.3)


def _draw_weeks(axes: Any, weeks: dict[date, Agreement]) -> None:  # noqa: ANN401 - matplotlib has no types
    some = {monday: found for monday, found in weeks.items() if found.of}
    shares = [100 * found.share for found in some.values()]
    axes.plot(list(some), shares, color=INK, marker="o", markersize=4)
    for (monday, found), share in zip(some.items(), shares, strict=True):
        if len(some) <= FEWEST_DAYS:
            axes.annotate(
                f"n={found.of}",
                (monday, share),
                (0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=7,
                color="grey",
            )
    axes.set(title="People said what the model did, by week", ylabel="%", ylim=(0, 108))
    if some:
        axes.set_xlim(_span(min(some), max(some)))
        _date_axis(axes)
    else:
        _say_nothing(axes)


def _draw_agreement(axes: Any, classes: dict[str, Agreement]) -> None:  # noqa: ANN401 - matplotlib has no types
    some = {label: found for label, found in classes.items() if found.of}
    axes.bar(list(some), [100 * found.share for found in some.values()], color=INK)
    for place, found in enumerate(some.values()):
        height = 100 * found.share
        axes.text(place, height + 1, f"n={found.of}", ha="center", fontsize=7, color="grey")
    axes.set(title="The same by what people said", ylabel="%", ylim=(0, 108))
    _leave_room(axes, len(some))
    if not some:
        _say_nothing(axes)


def _draw_drift(
    axes: Any,  # noqa: ANN401 - matplotlib has no types
    title: str,
    names: Any,  # noqa: ANN401 - matplotlib has no types
    counts: NDArray[np.int64],
    reference: NDArray[np.int64],
) -> None:
    found = drift(counts, reference)
    if found is None:
        axes.set(title=title)
        _say_nothing(axes)
        return
    places = np.arange(len(counts))
    shares = 100 * counts / counts.sum(), 100 * reference / reference.sum()
    axes.bar(places - 0.2, shares[1], 0.4, color=GREY, label="gold set")
    axes.bar(places + 0.2, shares[0], 0.4, color=INK, label="answers that people saw")
    axes.set_ylim(0, HEADROOM * max(map(np.max, shares)))
    axes.set_xticks(places, names)
    verdict = "stands out" if found.stands_out else "as by chance"
    axes.set(title=f"{title}: {found.bits:.3f} bits, {verdict}", ylabel="%")
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")


def _say_nothing(axes: Any) -> None:  # noqa: ANN401 - matplotlib has no types
    axes.text(0.5, 0.5, "nothing yet", ha="center", color="grey", transform=axes.transAxes)
    axes.set(xticks=[])


def _span(first: date, last: date) -> tuple[date, date]:
    missing = max(0, FEWEST_DAYS - (last - first).days)
    margin = timedelta(days=MARGIN_DAYS + missing // 2)
    return first - margin, last + margin


def _date_axis(axes: Any) -> None:  # noqa: ANN401 - matplotlib has no types
    locator = AutoDateLocator(maxticks=7)  # type: ignore[no-untyped-call]  # matplotlib has no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # matplotlib has no types
