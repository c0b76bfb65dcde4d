"""The picture of a comparison: the drawings that live version and candidate answer otherwise."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from export.quality.pictures import DPI, STYLE, WIDTH_IN
from export.rollout.comparison import Comparison
from export.round_picture import FOUND_NONE, draw_flips

LIVE_FIRST = f"live → candidate; {FOUND_NONE}"
SHEET_IN = 1.9  # height of a set's sheet


def draw_comparison(path: Path, comparison: Comparison) -> bool:
    """Draw a sheet for each set whose pictures are there; return whether there is any."""
    shown = [compared for compared in comparison.sets if compared.pictures is not None]
    if not shown:
        return False
    classes = (*comparison.live.entry.labels, "none")
    path.parent.mkdir(parents=True, exist_ok=True)
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, SHEET_IN * len(shown)), layout="constrained")
        parts = np.ravel(figure.subfigures(len(shown), 1, squeeze=False))
        for part, compared in zip(parts, shown, strict=True):
            pictures = compared.pictures
            if pictures is not None:
                what = f"drawings of {compared.name}"
                draw_flips(part, pictures, compared.answers, classes, what, LIVE_FIRST)
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return True
