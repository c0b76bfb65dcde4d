"""The sections on the same digits drawn otherwise, on slices, and on several digits at once."""

from collections import Counter
from collections.abc import Iterator

from export.evaluate import Score
from export.quality.findings import Findings
from export.quality.markdown import brief, share, table
from export.quality.measure import worst
from export.quality.slices import FEW, Slice
from export.quality.targets import variant_score
from export.quality.variants import Variant


def variant_section(findings: Findings) -> Iterator[str]:
    """Yield how many variants of a digit keep its label, by brush and size, the worst named."""
    if not findings.variants:
        return
    images = [v for v in findings.variants if v.brush is not None]
    digits, places, sizes, brushes = (
        len({getattr(v, name) for v in images}) for name in ("digit", "place", "size_px", "brush")
    )
    yield "## Place, size, brush and colour"
    yield (
        f"{digits} digits of the report part's writers, each at {places} places x "
        f"{sizes} sizes as strokes, and x {brushes} brush widths as images on a "
        "canvas of 280 px, in random colours of either polarity, a third of them transparent. "
        "The share that got the label of the digit's own strokes. Variants of one digit are not "
        "independent, so the intervals are too narrow."
    )
    for model in findings.models:
        yield f"`{model.name}`:"
        yield _variant_table(findings.variants, model.name)
        yield _worst_variants(findings.variants, model.name)


def slice_section(findings: Findings) -> Iterator[str]:
    """Yield how well drawings of each kind are read."""
    if not findings.slices:
        return
    yield "## Slices"
    yield (
        "The first four are strokes as their writers made them, found by plain rules "
        "(`export/quality/shapes.py`; lengths are shares of the digit's larger side). The "
        "others are digits of the same writers, drawn black on white in several ways."
    )
    yield slice_table(findings)


def slice_table(findings: Findings) -> str:
    """Return a table of slices, one column a model; too few drawings are said to be."""
    head = ["slice", "what belongs to it", "drawings", *(m.name for m in findings.models)]
    return table(head, (_slice_row(findings, one) for one in findings.slices))


def string_section(findings: Findings) -> Iterator[str]:
    """Yield how strings of digits are read."""
    if not findings.strings:
        return
    yield "## Several digits in one drawing"
    yield (
        "Strings of real digits of one writer or source of the report part, made by "
        "`bench/strings.py`: gaps of 0.1 to 1 digit width, sizes varying by 20 % either way, a "
        "wandering baseline. The default model parts the drawing for all models."
    )
    rows = [
        (s.model, s.kind, s.setting, share(s.digits), share(s.whole))
        for model in findings.models
        for s in findings.strings
        if s.model == model.name
    ]
    yield table(("model", "drawn as", "strings", "digits right", "strings whole"), rows)


def _variant_table(variants: list[Variant], model: str) -> str:
    sizes_px = sorted({v.size_px for v in variants})
    rows = []
    for brush in dict.fromkeys(v.brush for v in variants):
        name = "as strokes" if brush is None else f"image, brush {100 * brush:g} % of the size"
        row = [v for v in variants if v.brush == brush]
        cells = [variant_score([v for v in row if v.size_px == size], model) for size in sizes_px]
        rows.append([name, *map(brief, cells), share(variant_score(row, model))])
    return table(["", *(f"{size} px" for size in sizes_px), "all sizes"], rows)


def _worst_variants(variants: list[Variant], model: str) -> str:
    """Name the worst brush and size, place, and digit of the images."""
    kinds: list[dict[str, list[Variant]]] = [{}, {}, {}]
    for variant in (v for v in variants if v.brush is not None):
        keys = (
            f"brush {100 * (variant.brush or 0):g} % at {variant.size_px} px",
            f"the {variant.place}",
            f"the {variant.own[model]} of {variant.group}",
        )
        for kind, key in zip(kinds, keys, strict=True):
            kind.setdefault(key, []).append(variant)
    named = []
    for kind in kinds:
        scores = {key: variant_score(of_key, model) for key, of_key in kind.items()}
        named.append(f"{worst(scores)}, {share(scores[worst(scores)])}")
    return f"Worst of the images: {'; '.join(named)}.{_other_labels(variants, model)}"


def _other_labels(variants: list[Variant], model: str) -> str:
    """Say what digits were most often read as instead."""
    mistakes = Counter((v.own[model], v.found[model]) for v in variants if not v.same(model))
    if not mistakes:
        return ""
    listed = (f"{own} as {found} ({count})" for (own, found), count in mistakes.most_common(5))
    return f" Most often read otherwise: {', '.join(listed)}."


def _slice_row(findings: Findings, one: Slice) -> list[str]:
    if not one.scores:
        return [one.name, one.rule, "0: none at hand", *("" for _ in findings.models)]
    drawings = one.scores[findings.default.name].drawings
    few = ", too few to say much" if drawings < FEW else ""
    cells: list[Score] = [one.scores[m.name] for m in findings.models]
    return [one.name, one.rule, f"{drawings}{few}", *map(brief, cells)]
