"""Measure what feedback does for the writer who gave it, and at whose cost.

    python -m bench.writers [--part validation|report] [--splits 5] [--data ../shared/data]

Each writer's drawings are parted in two halves: one is accepted feedback, as a reviewer would
accept it, the other is never seen by the round and counts the errors before and after. A round
runs for each writer alone, from the models as shipped.

An error is what the writer sees as one: another label, or "no digit".

Two kinds of writers:
- real: those of whose drawings the shipped model misreads at least FEWEST_ERRORS, in any part of
  the data (those of the train part were trained on).
- foreign: the pen writers of one part (never trained on), whose 1s and 7s are replaced by those of
  a hand that the models did not learn (`bench.hands`): ONES_AND_SEVENS of each, and the writer's
  other digits drawn REDRAWN times with a tremble. No drawing is in both halves, nor are two made
  of one original. HANDS hands are tried for each writer; those whose other half the shipped model
  misreads FEWEST_ERRORS times or more count.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.accepted import Claim, Rng, drawn_again, put_claims
from bench.hands import draw_digit, draw_hand
from chalicelib.learning.adaptation import Layer
from chalicelib.learning.anchors import Targets
from chalicelib.learning.candidates import Candidate
from chalicelib.learning.gate import right
from chalicelib.learning.round import Round
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.recognizer import probabilities_of
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from export.command import MODELS_FOLDER, positive, run_command
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.mnist import LABELS
from export.splits import Part, part_of

SEED = 17
HANDS = 4  # of each foreign writer
REDRAWN = 3
MOST_OTHERS = 40  # originals of a writer
ONES_AND_SEVENS = 40
FEWEST_ERRORS = 3


@dataclass(frozen=True, slots=True)
class Writer:
    """One writer's drawings in two halves."""

    name: str
    feedback: list[Sample]
    test: list[Sample]


@dataclass(frozen=True, slots=True)
class Result:
    """What a round did for one writer and one model: errors on the half that it never saw."""

    before: int
    after: int
    drawings: int
    gold_points: float
    promoted: bool


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.writers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.REPORT)
    parser.add_argument("--splits", type=positive, default=5, help="of real writers")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    registry = ModelRegistry.load(MODELS_FOLDER)
    samples = [s for s in load_drawings(arguments.data) if s.target != NONE_LABEL]
    versions = [f"{name} {registry.entry(name).version}" for name in registry.names]
    print(f"{', '.join(versions)}; seed {SEED}")
    for kind, writers in (
        ("real", real_writers(samples, registry, arguments.splits)),
        (f"foreign hands, {arguments.part}", foreign_writers(samples, arguments.part)),
    ):
        report(kind, writers, registry)


def real_writers(samples: list[Sample], registry: ModelRegistry, splits: int) -> list[Writer]:
    """Return the writers whom a shipped model misreads, each parted in several ways."""
    of: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        of[sample.group].append(sample)
    worst = [
        name
        for name, drawn in of.items()
        if max(errors(registry, n, drawn) for n in registry.names) >= FEWEST_ERRORS
    ]
    rng = np.random.default_rng(SEED)
    return [
        Writer(f"{name} ({part_of(name)})", *_halves(of[name], rng))
        for name in worst
        for _ in range(splits)
    ]


def foreign_writers(samples: list[Sample], part: Part) -> list[Writer]:
    """Return the pen writers of a part, in hands that the models did not learn."""
    rng = np.random.default_rng(SEED)
    of: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if part_of(sample.group) is part and isinstance(sample.drawing, StrokeDrawing):
            of[sample.group].append(sample)
    found = []
    for name, drawn in sorted(of.items()):
        others = [sample for sample in drawn if sample.target not in (1, 7)][:MOST_OTHERS]
        for hand in range(HANDS):
            halves = _halves(others, rng), _halves(_ones_and_sevens(name, rng), rng)
            feedback, test = (
                [*_redrawn(originals, rng), *odd] for originals, odd in zip(*halves, strict=True)
            )
            found.append(Writer(f"{name}, hand {hand + 1}", feedback, test))
    return found


def report(kind: str, writers: Sequence[Writer], registry: ModelRegistry) -> None:
    """Run a round for each writer and print what it did."""
    print(f"\n{kind}\n| writer | model | promoted | errors before | after | of | gold, points |")
    print("|---|---|---|---|---|---|---|")
    totals: dict[str, list[Result]] = defaultdict(list)
    for writer in writers:
        before = {name: errors(registry, name, writer.test) for name in registry.names}
        if max(before.values()) < FEWEST_ERRORS:
            continue
        for candidate in teach(writer, registry):
            name = candidate.entry.name
            if before[name] >= FEWEST_ERRORS:
                result = judge(candidate, registry, writer, before[name])
                totals[name].append(result)
                print(
                    f"| {writer.name} | {name} | {'yes' if result.promoted else 'no'} | "
                    f"{result.before} | {result.after} | {result.drawings} | "
                    f"{result.gold_points:+.2f} |",
                    flush=True,
                )
    for name, results in totals.items():
        _print_total(name, results)


def teach(writer: Writer, registry: ModelRegistry) -> tuple[Candidate, ...]:
    """Run a round over a writer's feedback alone, from the models as shipped."""
    with TemporaryDirectory() as folder:
        store = open_store(folder)
        put_claims(store, [Claim(s.drawing, LABELS[s.target]) for s in writer.feedback])
        return Round(store, registry, "bench").run().candidates


def judge(candidate: Candidate, registry: ModelRegistry, writer: Writer, before: int) -> Result:
    """Count what is served after the round: the candidate where it was promoted."""
    promoted = candidate.judgement.promoted
    name = candidate.entry.name
    after = errors(registry, name, writer.test, candidate.layer) if promoted else before
    gold = candidate.gold
    points = float(right(gold.candidate, gold.targets).mean())
    points -= float(right(gold.shipped, gold.targets).mean())
    return Result(before, after, len(writer.test), 100 * points * promoted, promoted)


def errors(
    registry: ModelRegistry, name: str, samples: Sequence[Sample], layer: Layer | None = None
) -> int:
    """Return how many digits are answered with another label, or as no digit."""
    entry = registry.entry(name)
    pictures = np.stack([normalise(sample.drawing) for sample in samples])
    outputs = registry.model(name).run(pictures)
    logits = layer.logits(outputs.features) if layer else outputs.logits
    none = probabilities_of(logits, entry.temperature)[:, -1]
    refused = 1 - none < entry.thresholds.digit
    return int((refused | ~right(logits, _targets(samples))).sum())


def _print_total(name: str, results: Sequence[Result]) -> None:
    before, after = sum(r.before for r in results), sum(r.after for r in results)
    halved = sum(2 * r.after <= r.before for r in results)
    points = [r.gold_points for r in results]
    print(
        f"{name}: {len(results)} writers, {sum(r.promoted for r in results)} promoted; errors "
        f"{before} -> {after} ({100 * (1 - after / before):.0f} % fewer), at least halved for "
        f"{halved}; gold {min(points):+.2f} to {max(points):+.2f} points"
    )


def _halves(samples: Sequence[Sample], rng: Rng) -> tuple[list[Sample], list[Sample]]:
    """Part drawings in two, each label as evenly as it goes."""
    halves: tuple[list[Sample], list[Sample]] = ([], [])
    seen: dict[int, int] = defaultdict(lambda: int(rng.integers(2)))
    for index in rng.permutation(len(samples)):
        sample = samples[index]
        halves[seen[sample.target] % 2].append(sample)
        seen[sample.target] += 1
    return halves


def _ones_and_sevens(name: str, rng: Rng) -> list[Sample]:
    hand = draw_hand(rng)
    return [
        Sample(draw_digit(hand, digit, rng), digit, name)
        for digit in hand
        for _ in range(ONES_AND_SEVENS)
    ]


def _redrawn(samples: Sequence[Sample], rng: Rng) -> list[Sample]:
    return [
        Sample(drawn_again(sample.drawing, rng), sample.target, sample.group)
        for sample in samples
        for _ in range(REDRAWN)
    ]


def _targets(samples: Sequence[Sample]) -> Targets:
    return np.array([sample.target for sample in samples], np.int64)


if __name__ == "__main__":
    run_command(main)
