"""The picture of the loads: what came in each second, and what was answered under which limits."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from bench.operations.scenarios import LOADS_A_S, Outcome
from export.quality.pictures import COLOURS, DPI, GREY, STYLE, WIDTH_IN
from tools.package.build import ROOT

FILE = ROOT / "docs" / "pictures" / "operations-load.png"
HEIGHT_IN = 3.2
LINES = (*COLOURS, "black")


def draw_loads(outcomes: Sequence[Outcome], path: Path = FILE) -> None:
    """Draw one field for each load."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        fields = figure.subplots(1, len(LOADS_A_S))
        for axes, load in zip(fields, LOADS_A_S, strict=True):
            _draw(axes, [each for each in outcomes if each.load_a_s == load])
        fields[0].set_ylabel("drawings in a second")
        figure.savefig(path, dpi=DPI, metadata={"Software": None})


def _draw(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    seconds = range(len(outcomes[0].came_s))
    axes.fill_between(seconds, outcomes[0].came_s, color=GREY, alpha=0.35, lw=0, label="came")
    for outcome, colour in zip(outcomes, LINES, strict=False):
        axes.plot(seconds, outcome.answered_s, color=colour, label=outcome.settings)
    axes.set(title=f"{outcomes[0].load_a_s:,} a second", xlabel="s")
    axes.set_ylim(0, 1.6 * max(outcomes[0].came_s))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend(loc="upper left", fontsize=7)
