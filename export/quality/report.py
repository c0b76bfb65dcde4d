"""docs/quality.md: every figure with the number of drawings and its 95 % interval."""

from collections.abc import Iterator
from pathlib import Path

from export.quality.accuracy import digit_section, people_section, set_section
from export.quality.certainty import calibration_section, others_section, sureness_section
from export.quality.findings import Findings
from export.quality.markdown import table
from export.quality.measure import by_group
from export.quality.robustness import slice_section, string_section, variant_section
from export.quality.targets import check_targets
from export.splits import Part

HEAD = """# Quality

Written by `make quality`; do not edit. The published models {models} were asked
through the HTTP handler (`POST /v1/recognize`), each drawing as strokes, pixels or an image, as a
caller sends it.

How to read it: `99.48 % (98.8 to 99.8), 957 of 962` is the share, its 95 % interval (Wilson
1927) and the counts. A digit counts as right when exactly one digit was found and its label is
the true one, however sure the answer. Where a column says *single*, the request said
`"single": true`: this drawing is one digit.
"""

PARTS = """## What was asked

Drawn sets are parted by whole writers, programs, alphabets and kinds (`export/splits.py`). The
figures below come from the report part alone: nothing was learnt from it and no setting,
threshold or temperature was chosen by it. The whole of MNIST's test set is asked; it chooses
nothing either. Two looks at it did prompt a change of the training, see
[decision 8](decisions/0008-flagged-ones.md): Godot-NN validated an earlier step.
"""

WITHOUT_DRAWN = """**The drawn sets were not at hand, so this report is about MNIST alone.**
It says little about what people draw.
"""


def write_report(findings: Findings, path: Path, pictures: Path, sheets: list[str]) -> None:
    """Write the page and its pictures.

    pictures: their folder, beside the page. sheets: Markdown of what the models got wrong.
    """
    sections = [
        *_parts(findings),
        *_targets(findings),
        *set_section(findings),
        *people_section(findings),
        *digit_section(findings, pictures),
        *calibration_section(findings, pictures),
        *sureness_section(findings),
        *others_section(findings, pictures),
        *variant_section(findings),
        *slice_section(findings),
        *string_section(findings),
        *sheets,
    ]
    path.write_text("\n\n".join(section.strip() for section in sections) + "\n")


def _parts(findings: Findings) -> Iterator[str]:
    names = " and ".join(f"`{m.name}` {m.version}" for m in findings.models)
    yield HEAD.format(models=names)
    judged = findings.judged[findings.default.name]
    yield PARTS
    rows = [
        (
            name,
            f"{len(cases):,}",
            ", ".join(f"{g} ({len(c):,})" for g, c in by_group(cases).items()),
        )
        for name, cases in judged.items()
    ]
    yield table(("set", "drawings", "from"), rows)
    if len(judged) == 1:
        yield WITHOUT_DRAWN
        return
    validation = ", ".join(findings.others[Part.VALIDATION])
    training = ", ".join(findings.others[Part.TRAIN])
    yield (
        f"For validation (epochs, settings, thresholds, temperature): {validation}, and 5,000 of "
        f"MNIST's training images.\n\nFor training: {training}, and the rest of MNIST's."
    )


def _targets(findings: Findings) -> Iterator[str]:
    yield "## Targets"
    yield (
        f"For `{findings.default.name}`, the model that answers where none is named, unless the "
        "line says otherwise. *Reached* is said of the figure itself; where the interval begins "
        "on the wrong side of the target, luck may have a part in it."
    )
    rows = [
        (t.what, t.wanted, t.measured, "reached" if t.reached else "**not reached**")
        for t in check_targets(findings)
    ]
    yield table(("what", "target", "measured", ""), rows)
