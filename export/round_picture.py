"""The picture of a round: errors by class before and after, and the drawings that flipped."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from chalicelib.learning.anchors import Targets
from chalicelib.learning.candidates import Candidate
from chalicelib.learning.gate import Trial, right
from chalicelib.learning.lessons import Lessons
from chalicelib.learning.round import Ended
from chalicelib.recognition.drawing import Picture
from export.quality.pictures import COLOURS, DPI, GREY, STYLE, WIDTH_IN
from export.replacement import Answers

COLUMNS, ROWS = 10, 2
BAR = 0.4
HEADROOM = 1.4  # above the bars, for the legend
FOUND_NONE = "7?: found none, best digit 7, which counts"


def draw_round(path: Path, ended: Ended) -> None:
    """Draw a round that got as far as candidates, two rows for each model."""
    lessons = ended.lessons
    if lessons is None:
        return
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 4.3 * len(ended.candidates)), layout="constrained")
        parts = np.ravel(figure.subfigures(len(ended.candidates), 1, squeeze=False))
        for part, candidate in zip(parts, ended.candidates, strict=True):
            _draw_model(part, candidate, lessons)
        figure.savefig(path, dpi=DPI, metadata={"Software": None})


def _draw_model(figure: SubFigure, candidate: Candidate, lessons: Lessons) -> None:
    verdict = "promoted" if candidate.judgement.promoted else "refused"
    entry = candidate.entry
    figure.suptitle(f"{entry.name} {entry.version}: {verdict}", x=0.01, ha="left", weight="bold")
    above, below = np.ravel(figure.subfigures(2, 1, squeeze=False, height_ratios=(3, 2)))
    classes = (*entry.labels, "none")
    left, right_hand = above.subplots(1, 2)
    _draw_errors(left, "gold", candidate.gold, classes)
    _draw_errors(right_hand, "held-out feedback", candidate.held_out, classes)
    trial = candidate.held_out
    answers = Answers(trial.targets, trial.current, trial.candidate)
    draw_flips(below, lessons.pictures[lessons.held_out], answers, classes)


def _draw_errors(axes: Axes, title: str, trial: Trial, classes: tuple[str, ...]) -> None:
    places = np.arange(len(classes))
    for shift, name, logits, colour in (
        (-BAR / 2, "before", trial.current, GREY),
        (BAR / 2, "after", trial.candidate, COLOURS[0]),
    ):
        wrong = ~right(logits, trial.targets)
        counts = [int(wrong[trial.targets == index].sum()) for index in places]
        label = f"{name}: {int(wrong.sum())} of {len(wrong)}"
        axes.bar(places + shift, counts, BAR, color=colour, label=label)
    axes.set_xticks(places, classes)
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, HEADROOM * max(1.0, axes.get_ylim()[1]))
    axes.set(title=f"errors on {title}", ylabel="drawings")
    axes.legend(loc="upper left")


def draw_flips(
    figure: SubFigure,
    pictures: Picture,
    answers: Answers,
    classes: tuple[str, ...],
    what: str = "held-out drawings",
    note: str = FOUND_NONE,
) -> None:
    """Draw drawings whose answer changed, those that became wrong first, as the gate counts.

    pictures: array of shape (n, 28, 28), float32; what: names them, before a note.
    """
    before = _answered(answers.before, answers.targets, classes)
    after = _answered(answers.after, answers.targets, classes)
    is_right = right(answers.after, answers.targets)
    flipped = np.flatnonzero(before != after)
    flipped = flipped[np.argsort(is_right[flipped], kind="stable")]
    shown = min(len(flipped), ROWS * COLUMNS)
    flips = f"{shown} of {len(flipped)} {what} that flipped (orange: wrong now); {note}"
    title = flips if shown else f"no {what} flipped"
    figure.suptitle(title, fontsize=8, x=0.01, ha="left")
    grid = figure.subplots(ROWS, COLUMNS)
    for axes in np.ravel(grid):
        axes.set_axis_off()
    for axes, index in zip(np.ravel(grid), flipped, strict=False):
        axes.imshow(pictures[index], cmap="gray_r", vmin=0, vmax=1)
        words = f"{before[index]} → {after[index]}"
        colour = "black" if is_right[index] else COLOURS[1]
        axes.set_title(words, fontsize=7, loc="center", pad=2, color=colour)


def _answered(logits: Picture, targets: Targets, classes: tuple[str, ...]) -> NDArray[np.str_]:
    """Name the answers, shape (n,): of a digit that is found none the best digit, with a mark."""
    none = len(classes) - 1
    best, best_digit = logits.argmax(axis=1), logits[:, :none].argmax(axis=1)
    marked = np.array([f"{name}?" for name in classes])
    return np.where((best == none) & (targets != none), marked[best_digit], np.array(classes)[best])
