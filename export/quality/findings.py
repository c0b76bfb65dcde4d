"""Everything that is measured, in one pass over the drawings."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chalicelib import wiring
from chalicelib.recognition.registry import ModelEntry
from export.quality.handler import Handler
from export.quality.measure import Judged
from export.quality.sets import (
    DIGIT_SETS,
    OTHER_SETS,
    Case,
    choose_digits,
    load_report_drawings,
)
from export.quality.slices import Slice, score_images, score_shapes
from export.quality.strings import Strings, score_strings
from export.quality.variants import Variant, ask_variants
from export.splits import Part

T = TypeVar("T")
PROGRESS_STEP = 50


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the slow part is done: digits a label, and strings of each kind."""

    variants: int = 2
    slices: int = 24
    strings: int = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured.

    models: the default one first. judged: by model, then by set. others: the groups of each part
    that is not reported on. Without drawn sets, all but `models` and MNIST is empty.
    """

    models: tuple[ModelEntry, ...]
    judged: dict[str, dict[str, list[Judged]]]
    variants: list[Variant]
    slices: list[Slice]
    strings: list[Strings]
    others: dict[Part, list[str]]

    @property
    def default(self) -> ModelEntry:
        """The model that answers where none is named."""
        return self.models[0]

    def of_sets(self, model: str, names: Sequence[str]) -> list[Judged]:
        """Return what a model was judged on in several sets."""
        return [j for name in names for j in self.judged[model].get(name, [])]

    def drawn_digits(self, model: str) -> list[Judged]:
        """Return the drawn digits; MNIST's are not among them."""
        return self.of_sets(model, DIGIT_SETS)

    def drawn_others(self, model: str) -> list[Judged]:
        """Return the drawings that are no digits."""
        return self.of_sets(model, OTHER_SETS)


def gather(handler: Handler, data: Path, extent: Extent) -> Findings:
    """Score everything in a folder. Raises MissingData, DamagedData, UnexpectedAnswer."""
    drawings = load_report_drawings(data)
    registry = wiring.services().recognizer.registry
    models = tuple(registry.entry(name) for name in registry.names)
    judged: dict[str, dict[str, list[Judged]]] = {model.name: {} for model in models}
    for name, cases in drawings.sets.items():
        for model, answers in _judge(handler, name, cases).items():
            judged[model][name] = answers
    few = choose_digits(drawings.strokes, extent.variants)
    many = choose_digits(drawings.strokes, extent.slices)
    variants = ask_variants(handler, with_progress("variants of digits", few, 1))
    slices = strings = []
    if drawings.strokes:
        print("slices", file=sys.stderr)
        slices = score_shapes(handler, drawings.strokes) + score_images(handler, many)
        print("strings", file=sys.stderr)
        strings = score_strings(handler, data, extent.strings)
    return Findings(models, judged, variants, slices, strings, drawings.others)


def with_progress(what: str, items: Sequence[T], step: int = PROGRESS_STEP) -> Iterator[T]:
    """Yield items and say on stderr how far this is; in a terminal, while it runs."""
    for done, item in enumerate(items):
        if done % step == 0 and sys.stderr.isatty():
            print(f"\r{what}: {done} of {len(items)} ", end="", file=sys.stderr, flush=True)
        yield item
    start = "\r" if sys.stderr.isatty() else ""
    print(f"{start}{what}: {len(items)} of {len(items)} ", file=sys.stderr)


def _judge(handler: Handler, name: str, cases: list[Case]) -> dict[str, list[Judged]]:
    judged: dict[str, list[Judged]] = {}
    for case in with_progress(name, cases):
        answers = handler.recognize(case.fields)
        alone = handler.recognize(case.fields, single=True)
        for model, answer in answers.items():
            judged.setdefault(model, []).append(Judged(case, answer, alone[model]))
    return judged
