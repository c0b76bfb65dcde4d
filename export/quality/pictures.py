"""The pictures of the report, in one style: PNG, readable at a width of 700 pixels."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from export.evaluate import Score
from export.mnist import LABELS
from export.quality.measure import (
    BINS,
    NOTHING,
    Acceptance,
    Bin,
    Counts,
    calibration_error,
)

DPI = 140
WIDTH_IN = 7.0
COLOURS = ("#1f5fa8", "#d9822b")  # of the models, in their order
GREY = "#8a8f98"
SHEET_COLUMNS = 8
STYLE: dict[Any, Any] = {  # matplotlib types each of its 300 names
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}


def draw_confusions(path: Path, panels: dict[str, Counts]) -> None:
    """Draw a matrix of mistakes for each panel; the colour shows mistakes alone."""
    rows = -(-len(panels) // 2)
    with rc_context({**STYLE, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH_IN, 3.3 * rows), layout="constrained")
        for axes, (title, counts) in zip(
            np.ravel(figure.subplots(rows, 2)), panels.items(), strict=True
        ):
            _draw_confusion(axes, title, counts)
        _save(figure, path)


def draw_reliability(path: Path, panels: dict[str, list[Bin | None]]) -> None:
    """Draw how often answers are right against how probable they were said to be."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 4.2), layout="constrained")
        above, below = figure.subplots(2, len(panels), height_ratios=(3, 1), squeeze=False)
        for column, (title, bins) in enumerate(panels.items()):
            _draw_reliability(above[column], title, bins, COLOURS[column % len(COLOURS)])
            _draw_counts(below[column], bins, COLOURS[column % len(COLOURS)])
        above[0].set_ylabel("share that is right")
        below[0].set_ylabel("drawings")
        _save(figure, path)


def draw_acceptance(
    path: Path, curves: dict[str, Acceptance], points: dict[str, tuple[Score, Score]]
) -> None:
    """Draw digits accepted and right against others accepted, with where each model stands.

    points: of each model, digits answered `recognized` and right, others answered so.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 4.0), layout="constrained")
        axes = figure.subplots()
        for colour, (model, curve) in zip(COLOURS, curves.items(), strict=False):
            axes.step(100 * curve.others, 100 * curve.digits, where="post", color=colour)
            digits, others = points[model]
            (low, high), (left, right) = digits.interval(), others.interval()
            x, y = 100 * others.accuracy, 100 * digits.accuracy
            axes.errorbar(
                x,
                y,
                xerr=[[x - 100 * left], [100 * right - x]],
                yerr=[[y - 100 * low], [100 * high - y]],
                fmt="o",
                color=colour,
                capsize=3,
                label=f"{model}, as it answers",
            )
        axes.axvline(5, color=GREY, linestyle=":", linewidth=1)
        bottom = min(90.0, *(100 * digits.accuracy - 5 for digits, _ in points.values()))
        right_end = max(6.0, *(130 * others.accuracy for _, others in points.values()))
        axes.annotate("at most 5 %", (4.95, (bottom + 100) / 2), color=GREY, ha="right")
        axes.set(
            xlim=(-0.1, right_end),
            ylim=(bottom, 100.2),
            xlabel="% of characters and doodles accepted as a digit",
            ylabel="% of drawn digits accepted and right",
            title="What is let through, from the strictest threshold to the loosest",
        )
        axes.legend(loc="lower right")
        _save(figure, path)


def draw_sheet(path: Path, seen: Sequence[tuple[str, str]], title: str) -> None:
    """Draw what the model saw, each a data URL of a PNG with the words to stand above it."""
    rows = max(1, -(-len(seen) // SHEET_COLUMNS))
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 1.2 * rows + 0.35), layout="constrained")
        figure.suptitle(title, fontsize=10, x=0.01, ha="left")
        grid = np.ravel(figure.subplots(rows, SHEET_COLUMNS, squeeze=False))
        for axes in grid:
            axes.set_axis_off()
        for axes, (url, words) in zip(grid, seen, strict=False):
            picture = matplotlib.image.imread(io.BytesIO(base64.b64decode(url.partition(",")[2])))
            axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
            axes.set_title(words, fontsize=8, loc="center", pad=2)
        _save(figure, path)


def _draw_confusion(axes: Axes, title: str, counts: Counts) -> None:
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    axes.imshow(
        mistakes, cmap="OrRd", vmin=0, vmax=max(10, int(1.4 * mistakes.max())), aspect="auto"
    )
    for row, column in np.argwhere(counts > 0):
        colour = GREY if row == column else "black"
        number = str(counts[row, column])
        axes.text(column, row, number, ha="center", va="center", fontsize=7, color=colour)
    axes.set_xticks(range(len(LABELS) + 1), (*LABELS, NOTHING))
    axes.set_yticks(range(len(LABELS)), LABELS)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(title=title, xlabel="answer", ylabel="truth")


def _draw_reliability(axes: Axes, title: str, bins: list[Bin | None], colour: str) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1)
    for found in bins:
        if found is None:
            continue
        x, y = found.mean_probability, found.accuracy
        low, high = Score(found.drawings, found.correct).interval()
        error = [[max(0.0, y - low)], [max(0.0, high - y)]]
        axes.errorbar(
            x, y, yerr=error, fmt="o", color=colour, capsize=2, markersize=4, elinewidth=1
        )
    error_text = f"{100 * calibration_error(bins):.2f} %"
    total = sum(b.drawings for b in bins if b is not None)
    axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.03), title=f"{title}: error {error_text}, n = {total}")


def _draw_counts(axes: Axes, bins: list[Bin | None], colour: str) -> None:
    heights = [0 if found is None else found.drawings for found in bins]
    centres = (np.arange(BINS) + 0.5) / BINS
    axes.bar(centres, heights, width=0.9 / BINS, color=colour, log=True)
    axes.set(xlim=(0, 1.02), ylim=(0.7, None), xlabel="probability that was stated")


def _save(figure: Figure, path: Path) -> None:
    # Without the name of the software, the same picture is the same file.
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
