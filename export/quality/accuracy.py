"""The sections on how many digits are right: by set, by writer and program, by digit."""

from collections.abc import Iterator
from pathlib import Path

from export.evaluate import Score
from export.mnist import LABELS
from export.quality.findings import Findings
from export.quality.markdown import brief, percent, share, table
from export.quality.measure import (
    Judged,
    by_group,
    confusion,
    grouped,
    is_right,
    is_right_alone,
    mean_accuracy,
    score,
    worst,
)
from export.quality.pictures import draw_confusions
from export.quality.sets import DIGIT_SETS, MNIST

CONFUSION = "quality-confusion.png"


def set_section(findings: Findings) -> Iterator[str]:
    """Yield the accuracy of each set of digits, also where the caller says that it is one."""
    rows = []
    for name in (MNIST, *DIGIT_SETS):
        cases = findings.of_sets(findings.default.name, (name,))
        if not cases:
            continue
        cells = [name, f"{len(cases):,}"]
        for model in findings.models:
            judged = findings.judged[model.name][name]
            cells += [brief(score(judged, is_right)), brief(score(judged, is_right_alone))]
        rows.append(cells)
    head = ["set", "drawings"]
    for model in findings.models:
        head += [model.name, f"{model.name}, *single*"]
    yield "## Accuracy by set"
    yield table(head, rows)


def people_section(findings: Findings) -> Iterator[str]:
    """Yield the accuracy of each writer and program, with the worst named."""
    if not findings.drawn_digits(findings.default.name):
        return
    people = {m.name: _people(findings.drawn_digits(m.name)) for m in findings.models}
    rows = [
        [group, str(s.drawings), *(brief(people[m.name][group]) for m in findings.models)]
        for group, s in people[findings.default.name].items()
    ]
    means = (percent(mean_accuracy(people[m.name])) for m in findings.models)
    rows.append(["*mean over these*", "", *means])
    yield "## Accuracy by writer and program"
    yield table(["from", "drawings", *(m.name for m in findings.models)], rows)
    for model in findings.models:
        name = worst(people[model.name])
        yield f"Worst of `{model.name}`: **{name}**, {share(people[model.name][name])}."


def digit_section(findings: Findings, pictures: Path) -> Iterator[str]:
    """Yield the accuracy of each digit, with the worst named, and the confusion matrices."""
    judged = {
        f"{model.name}, {kind}": findings.of_sets(model.name, sets)
        for kind, sets in (("MNIST", (MNIST,)), ("drawn", DIGIT_SETS))
        for model in findings.models
        if findings.of_sets(model.name, sets)
    }
    columns = {title: _digits(ones) for title, ones in judged.items()}
    rows = [[label, *(_cell(scores.get(label)) for scores in columns.values())] for label in LABELS]
    yield "## Accuracy by digit"
    yield table(["digit", *columns], rows)
    for title, scores in columns.items():
        yield f"Worst digit of {title}: **{worst(scores)}**, {share(scores[worst(scores)])}."
    draw_confusions(
        pictures / CONFUSION, {title: confusion(ones) for title, ones in judged.items()}
    )
    yield (
        "![Confusion matrices: rows are the truth, columns the answer, colour shows mistakes]"
        f"(pictures/{CONFUSION})"
    )
    yield "*none*: no digit, or several, were found where there is one."


def _people(judged: list[Judged]) -> dict[str, Score]:
    return {name: score(group, is_right) for name, group in by_group(judged).items()}


def _digits(judged: list[Judged]) -> dict[str, Score]:
    groups = grouped(judged, lambda case: case.label or "")
    return {label: score(group, is_right) for label, group in groups.items()}


def _cell(found: Score | None) -> str:
    return "" if found is None else f"{brief(found)}, n = {found.drawings:,}"
