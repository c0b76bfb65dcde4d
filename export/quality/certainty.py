"""The sections on how far answers can be trusted: calibration, `recognized`, what is no digit."""

from collections.abc import Iterator
from pathlib import Path

from export.evaluate import Score
from export.quality.findings import Findings
from export.quality.markdown import brief, percent, share, span, table
from export.quality.measure import (
    acceptance,
    by_group,
    claims_a_digit,
    claims_a_digit_alone,
    is_recognized,
    reliability_of,
    score,
)
from export.quality.pictures import draw_acceptance, draw_reliability
from export.quality.sets import DIGIT_SETS, MNIST, OTHER_IMAGE_SETS, OTHER_SETS
from export.quality.targets import calibration_interval, calibration_of

RELIABILITY, ACCEPTANCE = "quality-reliability.png", "quality-acceptance.png"


def calibration_section(findings: Findings, pictures: Path) -> Iterator[str]:
    """Yield the calibration errors and the reliability diagram."""
    drawn = {m.name: findings.drawn_digits(m.name) for m in findings.models}
    if not drawn[findings.default.name]:
        return
    rows = [
        (
            name,
            f"{len(judged):,}",
            f"{percent(calibration_of(judged))} ({span(calibration_interval(judged))})",
        )
        for name, judged in drawn.items()
    ]
    yield "## Calibration"
    yield (
        "Expected calibration error of the drawn digits, 15 bins of equal width. The interval is "
        "from 500 resamplings; these add chance to it, so it may lie above the error."
    )
    yield table(("model", "drawings", "error"), rows)
    draw_reliability(
        pictures / RELIABILITY, {name: reliability_of(judged) for name, judged in drawn.items()}
    )
    yield (
        "![Reliability: how often answers are right against their probability]"
        f"(pictures/{RELIABILITY})"
    )


def sureness_section(findings: Findings) -> Iterator[str]:
    """Yield how many digits are answered `recognized`, and how many of those are right."""
    rows = []
    for model in findings.models:
        for name in (MNIST, *DIGIT_SETS):
            judged = findings.of_sets(model.name, (name,))
            answered = [j for j in judged if is_recognized(j)]
            if answered:
                right = share(score(answered, lambda j: j.right))
                rows.append((model.name, name, share(score(judged, is_recognized)), right))
    yield "## How often an answer is sure"
    yield table(("model", "set", "answered `recognized`", "of those, right"), rows)


def others_section(findings: Findings, pictures: Path) -> Iterator[str]:
    """Yield what is no digit and was answered `recognized`, and the accept/reject curve."""
    if not findings.drawn_others(findings.default.name):
        return
    yield "## What is no digit"
    yield (
        "Characters and doodles answered `recognized`: at least one digit was claimed without "
        "reserve. None should be. As images of 280 px the same drawings are cut by their ink, so "
        "that parts of them may be taken for digits."
    )
    head = ["kind", "drawings"]
    for model in findings.models:
        head += [model.name, f"{model.name}, *single*"]
    yield table(head, _other_rows(findings))
    if findings.drawn_digits(findings.default.name):
        yield from _acceptance(findings, pictures)


def _other_rows(findings: Findings) -> Iterator[list[str]]:
    for name in (*OTHER_SETS, *OTHER_IMAGE_SETS):
        kinds = {m.name: by_group(findings.of_sets(m.name, (name,))) for m in findings.models}
        for group, judged in kinds[findings.default.name].items():
            cells = [f"{name}: {group}", f"{len(judged):,}"]
            for of_kind in kinds.values():
                cells.append(brief(score(of_kind[group], claims_a_digit)))
                cells.append(brief(score(of_kind[group], claims_a_digit_alone)))
            yield cells


def _acceptance(findings: Findings, pictures: Path) -> Iterator[str]:
    curves = {}
    points: dict[str, tuple[Score, Score]] = {}
    for model in findings.models:
        digits, others = findings.drawn_digits(model.name), findings.drawn_others(model.name)
        curves[model.name] = acceptance(digits, others)
        kept = score(digits, lambda j: is_recognized(j) and j.right)
        claimed = score(others, claims_a_digit)
        points[model.name] = kept, claimed
        yield (
            f"`{model.name}`: of drawn digits, recognized and right {share(kept)}; of other "
            f"drawings, recognized {share(claimed)}."
        )
    draw_acceptance(pictures / ACCEPTANCE, curves, points)
    yield (
        "![Accept and reject: drawn digits let through against other drawings let through]"
        f"(pictures/{ACCEPTANCE})"
    )
