"""The picture of a summary: counts by digit, what is unsure, and the least sure digits."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from export.batch.summary import STATUSES, Doubtful, Summary
from export.numbers import counted

DPI = 110
COLOURS = dict(zip(STATUSES, ("#1f3a6e", "#d9822b", "#b8bcc4"), strict=True))
COLUMNS = 12
PLACE_CHARACTERS = 16
HEADROOM = 1.2  # for the legend


def draw_summary(summary: Summary, path: Path) -> None:
    """Write the picture as a PNG."""
    figure_of(summary).savefig(path, dpi=DPI, format="png")


def figure_of(summary: Summary) -> Any:  # noqa: ANN401 - matplotlib has no types
    """Return the picture as a figure of matplotlib."""
    rows = max(1, -(-len(summary.least) // COLUMNS))
    figure: Any = Figure(figsize=(13, 4.2 + 1.45 * rows), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(3.6, 0.5 + 1.45 * rows))
    left, right = above.subplots(1, 2, width_ratios=(2, 1))
    _draw_labels(left, summary)
    _draw_errors(right, summary)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    _draw_sheet(below, summary.least, rows)
    return figure


def _draw_labels(axes: Any, summary: Summary) -> None:  # noqa: ANN401 - matplotlib has no types
    labels = sorted(summary.labels)
    if not labels:
        _draw_none(axes, "0 digits by best guess")
        return
    base = np.zeros(len(labels), int)
    for status in STATUSES:
        heights = np.array([summary.labels[label][status] for label in labels], int)
        found = summary.of_status(status)
        share = f"{100 * found / max(summary.digits, 1):.1f} %"
        named = f"{status.replace('_', ' ')}: {found:,} ({share})"
        axes.bar(labels, heights, 0.8, bottom=base, color=COLOURS[status], label=named)
        base += heights
    axes.set(title=f"{counted(summary.digits, 'digit')} by best guess", ylabel="digits")
    axes.set_ylim(0, HEADROOM * max(int(base.max(initial=0)), 1))
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")


def _draw_errors(axes: Any, summary: Summary) -> None:  # noqa: ANN401 - matplotlib has no types
    wrong = sum(summary.errors.values())
    title = f"{wrong:,} of {counted(summary.drawings, 'drawing')} not read"
    if not wrong:
        _draw_none(axes, title)
        return
    axes.set_title(title)
    codes, counts = zip(*reversed(summary.errors.most_common()), strict=True)
    bars = axes.barh(codes, counts, color="#d9822b")
    axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=8)
    axes.set(xticks=[])  # the bars say how many
    axes.spines["bottom"].set_visible(False)
    axes.margins(x=0.2)


def _draw_none(axes: Any, title: str) -> None:  # noqa: ANN401 - matplotlib has no types
    axes.set_title(title)
    axes.text(0.5, 0.5, "none", ha="center", color="grey", transform=axes.transAxes)
    axes.set(xticks=[], yticks=[])


def _draw_sheet(figure: Any, least: list[Doubtful], rows: int) -> None:  # noqa: ANN401 - matplotlib has no types
    digits = "digit" if len(least) == 1 else f"{len(least)} digits"
    figure.suptitle(f"The least sure {digits}" if least else "No digit is unsure")
    grid = np.ravel(figure.subplots(rows, COLUMNS))
    for axes in grid:
        axes.set_axis_off()
    for axes, each in zip(grid, least, strict=False):
        axes.imshow(np.asarray(Image.open(io.BytesIO(each.png))), cmap="gray", vmin=0, vmax=255)
        place = each.place if len(each.place) <= PLACE_CHARACTERS else "…" + each.place[-15:]
        named = f"{each.label}: {each.probability:.2f}\n{place}"
        axes.set_title(named, fontsize=7, parse_math=False)  # $ in a name is no formula
