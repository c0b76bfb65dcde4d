"""Sheets of the drawings that the default model gets wrong, as it saw them."""

from pathlib import Path

from export.quality.findings import Findings
from export.quality.handler import Handler
from export.quality.measure import Judged, by_group, claims_a_digit
from export.quality.pictures import draw_sheet
from export.quality.sets import DIGIT_SETS, MNIST

MOST_SHOWN = 60  # of a sheet; the surest mistakes come first


def draw_mistakes(handler: Handler, findings: Findings, pictures: Path) -> list[str]:
    """Draw a sheet for each kind of mistake and return the section that shows them."""
    model = findings.default.name
    sheets = {
        "drawn digits read wrongly": ("quality-wrong-drawn.png", _wrong(findings, DIGIT_SETS)),
        "MNIST's test images read wrongly": ("quality-wrong-mnist.png", _wrong(findings, (MNIST,))),
        "characters and doodles answered `recognized`": (
            "quality-wrong-others.png",
            [j for j in findings.drawn_others(model) if claims_a_digit(j)],
        ),
    }
    section = [
        f"## What `{model}` gets wrong",
        "As the model saw it: truth → answer, and how sure.",
    ]
    for name, (file, judged) in sheets.items():
        section.append(f"### {name[0].upper()}{name[1:]}")
        if not judged:
            section.append("None.")
            (pictures / file).unlink(missing_ok=True)
            continue
        surest = sorted(judged, key=lambda j: -max(j.answer.probabilities))[:MOST_SHOWN]
        seen = [_seen(handler, model, one) for one in surest]
        plain = name.replace("`", "")
        draw_sheet(pictures / file, seen, f"{len(seen)} of {len(judged)} {plain}")
        section.append(f"{_from(judged)}.")
        section.append(f"![What the model saw of {plain}](pictures/{file})")
    return section


def _wrong(findings: Findings, sets: tuple[str, ...]) -> list[Judged]:
    return [j for j in findings.of_sets(findings.default.name, sets) if not j.right]


def _seen(handler: Handler, model: str, one: Judged) -> tuple[str, str]:
    """Return the picture of the whole drawing, and truth and answer in words."""
    answer = handler.recognize(one.case.fields, single=True, trace=True)[model]
    truth = one.case.label or "none"
    sure = round(100 * max(one.answer.probabilities))
    return answer.pictures[0], f"{truth} → {one.answer.text}\n{sure} %"


def _from(judged: list[Judged]) -> str:
    groups = by_group(judged)
    return ", ".join(f"{len(ones)} from {name}" for name, ones in groups.items())
