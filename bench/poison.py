"""Measure what poisoned feedback does: a table of rounds, in docs/poison.md.

    python -m bench.poison [--drawings 300] [--out docs/poison.md] [--data ../shared/data]

Honest feedback is real drawings of the train and validation parts with their labels, drawn again
by the same hand. A share of it is poison:
- random labels: any label but the right one
- 1s called 7: drawings of 1s
- one drawing: a single 1, a thousand times, called 7, in place of the share
- slow drip: 1s called 7, a third of the share before each of three rounds
Each is tried with the rules alone (all of it lies in quarantine) and with a reviewer who accepts
everything. Gold is measured for what is served after the last round, against the shipped heads;
then one rollback a promotion must give those back.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.accepted import Claim, Rng, drawn_again, put_claims
from chalicelib.learning.adaptation import Layer
from chalicelib.learning.anchors import load_anchors
from chalicelib.learning.gate import right
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.reports import Outcome, Report
from chalicelib.learning.round import Round
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from export.command import MODELS_FOLDER, positive, run_command
from export.drawn import NONE_LABEL, Sample, load_drawings
from export.mnist import LABELS
from export.splits import Part, part_of

SEED = 23
SHARES = (0.01, 0.03, 0.1, 0.3, 0.5)
KINDS = ("random labels", "1s called 7", "one drawing", "slow drip")
DRIPS = 3
REPEATS = 1000
DAYS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """How one case ended; points are of gold, against the shipped heads."""

    kind: str
    share: float
    reviewer: str
    promoted: tuple[str, ...]
    overall: float
    worst: float
    worst_class: str
    undone: bool
    words: str


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.poison", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--drawings", type=positive, default=300, help="in each case")
    parser.add_argument("--out", type=Path, help="file to write the table to")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    registry = ModelRegistry.load(MODELS_FOLDER)
    samples = [s for s in load_drawings(arguments.data) if part_of(s.group) is not Part.REPORT]
    rows = []
    for kind in KINDS:
        for share in SHARES:
            for reviewer in ("rules alone", "accepts all"):
                rows.append(run_case(kind, share, reviewer, samples, registry, arguments.drawings))
                print(line_of(rows[-1]), flush=True)
    text = "\n".join(table(rows, registry, arguments.drawings)) + "\n"
    if arguments.out:
        arguments.out.write_text(text)
    print(
        f"worst overall {min(r.overall for r in rows):+.2f}, worst class "
        f"{min(r.worst for r in rows):+.2f} points; all undone: {all(r.undone for r in rows)}"
    )


def run_case(
    kind: str,
    share: float,
    reviewer: str,
    samples: Sequence[Sample],
    registry: ModelRegistry,
    count: int,
) -> Row:
    """Fill a store, run the rounds, measure what is served, and undo it."""
    rng = np.random.default_rng(SEED)
    with TemporaryDirectory() as folder:
        store = open_store(folder)
        for portion in portions(kind, share, samples, count, rng):
            put_claims(store, portion, accepted=reviewer == "accepts all")
            report = Round(store, registry, "bench").run().report
        promoted = tuple(sorted(HeadBook(store).read()[0].heads))
        overall, worst, worst_class = gold_change(store, registry)
        undone = undo(store)
    return Row(kind, share, reviewer, promoted, overall, worst, worst_class, undone, why(report))


def portions(
    kind: str, share: float, samples: Sequence[Sample], count: int, rng: Rng
) -> Iterator[list[Claim]]:
    """Yield the feedback that comes before each round."""
    bad = max(1, round(share * count))
    honest = [_honest(samples[i], rng) for i in rng.integers(len(samples), size=count - bad)]
    poison = _poison(kind, bad, samples, rng)
    rounds = DRIPS if kind == "slow drip" else 1
    for turn in range(rounds):
        yield [*honest[turn::rounds], *poison[turn::rounds]]


def _poison(kind: str, bad: int, samples: Sequence[Sample], rng: Rng) -> list[Claim]:
    if kind == "random labels":
        chosen = [samples[i] for i in rng.integers(len(samples), size=bad)]
        return [
            Claim(drawn_again(s.drawing, rng), _wrong_label(s.target, rng), _day(rng))
            for s in chosen
        ]
    ones = [s for s in samples if s.target == 1]
    if kind == "one drawing":
        drawing = ones[rng.integers(len(ones))].drawing
        return [Claim(drawing, "7", n % DAYS) for n in range(REPEATS)]
    chosen = [ones[i] for i in rng.integers(len(ones), size=bad)]
    return [Claim(drawn_again(s.drawing, rng), "7", _day(rng)) for s in chosen]


def _honest(sample: Sample, rng: Rng) -> Claim:
    label = None if sample.target == NONE_LABEL else LABELS[sample.target]
    return Claim(drawn_again(sample.drawing, rng), label, _day(rng))


def _wrong_label(target: int, rng: Rng) -> str:
    others = [label for label in LABELS if target == NONE_LABEL or label != LABELS[target]]
    return others[rng.integers(len(others))]


def _day(rng: Rng) -> int:
    return int(rng.integers(DAYS))


def gold_change(store: Store, registry: ModelRegistry) -> tuple[float, float, str]:
    """Return what gold gains by what is served: overall and in the worst class, in points."""
    book = HeadBook(store)
    changes: list[float] = []
    worst = (0.0, "-")
    for name, sha256 in book.read()[0].heads.items():
        gold, replay = load_anchors(registry, name)
        head = book.head(sha256)
        before = right(Layer(replay.weights, replay.bias).logits(gold.features), gold.targets)
        after = right(Layer(head.weights, head.bias).logits(gold.features), gold.targets)
        gained = after.astype(int) - before.astype(int)
        changes.append(100 * float(gained.mean()))
        classes = (*registry.entry(name).labels, "none")
        for index, label in enumerate(classes):
            worst = min(worst, (100 * float(gained[gold.targets == index].mean()), label))
    return min(changes, default=0.0), *worst


def undo(store: Store) -> bool:
    """Roll back as often as was promoted, and say whether the shipped heads are back."""
    book = HeadBook(store)
    while book.read()[0].heads:
        book.rollback("bench", "poisoned")
    return not book.read()[0].heads


def why(report: Report) -> str:
    """Return the outcome and the first reason of each refusal."""
    found = [
        f"{name}: {model['refusals'][0].split(' (')[0]}"
        for name, model in report.models.items()
        if model["refusals"]
    ]
    if report.outcome in (Outcome.PROMOTED, Outcome.REFUSED):
        return "; ".join(found)
    return report.words


def line_of(row: Row) -> str:
    """Return a row of the table."""
    return (
        f"| {row.kind} | {100 * row.share:.0f} % | {row.reviewer} | "
        f"{', '.join(row.promoted) or 'none'} | {row.overall:+.2f} | "
        f"{row.worst:+.2f} ({row.worst_class}) | {row.words} |"
    )


def table(rows: Sequence[Row], registry: ModelRegistry, count: int) -> Iterator[str]:
    """Yield the lines of the document."""
    versions = ", ".join(f"`{n}` {registry.entry(n).version}" for n in registry.names)
    lost, worst = min(r.overall for r in rows), min(r.worst for r in rows)
    yield "# What poisoned feedback does"
    yield ""
    yield (
        "Written by `python -m bench.poison --out docs/poison.md` (its help says what each case "
        f"is): {versions}, {count} drawings in each case, seed {SEED}, n = 1 a row. Points are of "
        "the gold set: what is served after the last round against the heads as shipped, the "
        "model that fares worst."
    )
    yield ""
    yield (
        f"Of {len(rows)} cases none served a head that lost more than {max(0.0, -lost):.2f} points "
        f"overall or {max(0.0, -worst):.2f} in a class; in "
        f"{'all' if all(r.undone for r in rows) else 'NOT ALL'} of them rolling back gave the "
        "shipped heads back, one command for each promotion."
    )
    yield ""
    yield "| poison | share | review | promoted | gold | worst class | refused because |"
    yield "|---|---|---|---|---|---|---|"
    yield from (line_of(row) for row in rows)


if __name__ == "__main__":
    run_command(main)
