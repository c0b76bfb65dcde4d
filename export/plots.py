"""Pictures of a finished training: its curves, its confusions and what it got wrong."""

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import nn

from export.datasets import TrainingData
from export.drawn import NONE_LABEL
from export.mnist import LABELS
from export.run_folder import HISTORY
from export.training import compute_logits

CLASS_NAMES = (*LABELS, "none")
SHEET_COLUMNS, SHEET_ROWS = 12, 6
DPI = 120


def draw_plots(folder: Path, network: nn.Sequential, data: TrainingData) -> None:
    """Write curves.png, confusion.png and misclassified.png of the validation drawings."""
    _draw_curves(json.loads((folder / HISTORY).read_bytes()), folder / "curves.png")
    pictures = np.concatenate([e.pictures for e in data.validation.values()])
    targets = np.concatenate([e.targets for e in data.validation.values()])
    logits = [compute_logits(network, e).numpy() for e in data.validation.values()]
    answers = np.concatenate(logits).argmax(1)
    _draw_confusion(targets, answers, folder / "confusion.png")
    wrong = np.flatnonzero(answers != targets)
    _draw_misclassified(pictures[wrong], targets[wrong], answers[wrong], folder)


def _draw_curves(history: list[dict[str, dict[str, dict[str, float]]]], path: Path) -> None:
    epochs = [entry["epoch"] for entry in history]
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, [e["train_loss"] for e in history], "k--", label="training (augmented)")
    for name in history[0]["validation"]:
        scores = [e["validation"][name] for e in history]
        left.plot(epochs, [s["loss"] for s in scores], label=name)
        right.plot(epochs, [100 * s["accuracy"] for s in scores], label=name)
    left.set(title="Loss", xlabel="epoch", ylabel="cross-entropy", yscale="log")
    right.set(title="Accuracy on validation", xlabel="epoch", ylabel="%")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.savefig(path, dpi=DPI)


def _draw_confusion(targets: NDArray[np.int64], answers: NDArray[np.int64], path: Path) -> None:
    """Draw counts; the colour shows mistakes only, else the diagonal would hide them."""
    counts = np.zeros((len(CLASS_NAMES), len(CLASS_NAMES)), int)
    np.add.at(counts, (targets, answers), 1)
    mistakes = np.where(np.eye(len(CLASS_NAMES), dtype=bool), 0, counts)
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(mistakes, cmap="OrRd", vmin=0, vmax=max(5, mistakes.max()))
    for row, column in np.argwhere(counts > 0):
        weight = "bold" if row == column else "normal"
        axes.text(column, row, counts[row, column], ha="center", va="center", weight=weight)
    ticks = range(len(CLASS_NAMES))
    axes.set_xticks(ticks, CLASS_NAMES)
    axes.set_yticks(ticks, CLASS_NAMES)
    wrong, n = mistakes.sum(), len(targets)
    title = f"Validation: {n - wrong} of {n} right ({100 * (1 - wrong / n):.2f} %)"
    axes.set(title=title, xlabel="answer", ylabel="truth")
    axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=DPI)


def _draw_misclassified(
    pictures: NDArray[np.float32],
    targets: NDArray[np.int64],
    answers: NDArray[np.int64],
    folder: Path,
) -> None:
    """Draw a sheet of mistakes, digits before what is none."""
    shown = np.argsort(targets == NONE_LABEL, kind="stable")[: SHEET_COLUMNS * SHEET_ROWS]
    rows = max(1, -(-len(shown) // SHEET_COLUMNS))
    figure = Figure(figsize=(SHEET_COLUMNS, 1.3 * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, SHEET_COLUMNS)
    for axes in np.ravel(grid):
        axes.set_axis_off()
    for axes, i in zip(np.ravel(grid), shown, strict=False):
        axes.imshow(pictures[i], cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(f"{CLASS_NAMES[targets[i]]} → {CLASS_NAMES[answers[i]]}", fontsize=9)
    figure.suptitle(f"{len(shown)} of {len(targets)} mistakes (truth → answer)")
    figure.savefig(folder / "misclassified.png", dpi=DPI)
