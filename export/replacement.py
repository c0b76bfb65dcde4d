"""Whether a model may take the place of the one that is published under its name.

The gate is that of an adaptation (`chalicelib.learning.gate`). The gold set is made again as
pictures, because two networks have no features in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.learning.gate import (
    SIGNIFICANT,
    Check,
    Judgement,
    Trial,
    chance_of,
    judge_on_gold,
    right,
)
from chalicelib.recognition.classifier import Classifier
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.registry import ModelEntry, ModelRegistry, parse_entry
from export.datasets import FEEDBACK, Examples, joined
from export.errors import ReplacementRefused

BATCH = 512  # pictures; bounds the memory that a network takes
TWICE = "gold_paired_current"  # what is published is both the shipped model and the current one


@dataclass(frozen=True, slots=True)
class Contender:
    """A model with its manifest entry."""

    entry: ModelEntry
    classifier: Classifier

    def answer(self, examples: Examples) -> Picture:
        """Return the logits of n drawings, shape (n, k), float32."""
        pictures = examples.pictures
        parts = [pictures[at : at + BATCH] for at in range(0, len(pictures), BATCH)]
        return np.concatenate([self.classifier.run(part).logits for part in parts])


def require_no_worse(
    folder: Path,
    content: bytes,
    entry: Mapping[str, Any],
    gold: Mapping[str, Examples],
    held_out: Mapping[str, Examples],
    forced: str | None,
) -> dict[str, Any] | None:
    """Hold a model against the one of its name in a folder; return what the manifest says of that.

    forced: why it is published even where it is worse. None where nothing has that name yet.
    Raises ReplacementRefused, UnusableModel.
    """
    name = entry["name"]
    registry = ModelRegistry.load(folder) if (folder / MANIFEST).exists() else None
    if registry is None or name not in registry.names:
        return None
    published = Contender(registry.entry(name), registry.model(name))
    candidate = Contender(parse_entry(entry), Classifier(content, entry["file"]))
    judgement = judge_replacement(published, candidate, gold, held_out)
    version = published.entry.version
    for check in judgement.checks:
        print(f"{'passed ' if check.passed else 'REFUSED'}  {check.words}")
    if not judgement.promoted and not forced:
        failed = tuple(check.name for check in judgement.checks if not check.passed)
        raise ReplacementRefused(name, version, failed)
    described = {"against": version, "passed": judgement.promoted, "checks": judgement.describe()}
    return described if judgement.promoted else {**described, "forced": forced}


def judge_replacement(
    published: Contender,
    candidate: Contender,
    gold: Mapping[str, Examples],
    held_out: Mapping[str, Examples],
) -> Judgement:
    """Hold a candidate against what is published: worse nowhere that matters.

    gold: the validation sets that no training sees. held_out: feedback that neither was taught;
    without any, gold alone decides.
    """
    if published.entry.labels != candidate.entry.labels:
        return Judgement((_other_labels(published.entry, candidate.entry),))
    every = joined(list(gold.values()))
    before = published.answer(every)
    trial = Trial(every.targets, before, before, candidate.answer(every))
    judgement = judge_on_gold(candidate.entry, trial, published.entry)
    checks = [check for check in judgement.checks if check.name != TWICE]
    checks.append(_as_much_gold(published.entry, every))
    if FEEDBACK in held_out:
        checks.append(_held_out(published, candidate, held_out[FEEDBACK]))
    return Judgement(tuple(checks))


def _other_labels(published: ModelEntry, candidate: ModelEntry) -> Check:
    words = (
        f"what is published answers {', '.join(published.labels)}, "
        f"this one {', '.join(candidate.labels)}; no drawing can compare them"
    )
    return Check("labels", passed=False, figures={}, words=words)


def _as_much_gold(published: ModelEntry, gold: Examples) -> Check:
    """Refuse to judge by less than what is published was made with: drawings would not count."""
    asked, found = published.gold.drawings if published.gold else 0, len(gold.targets)
    words = f"gold holds {found} drawings, that of the published model {asked}"
    if found < asked:
        words += "; name the drawings it was published with: --drawings DIR"
    return Check("gold_size", found >= asked, {"drawings": found, "published": asked}, words)


def _held_out(published: Contender, candidate: Contender, held_out: Examples) -> Check:
    before = right(published.answer(held_out), held_out.targets)
    after = right(candidate.answer(held_out), held_out.targets)
    won, lost = int((~before & after).sum()), int((before & ~after).sum())
    chance = chance_of(lost, won)
    words = (
        f"on {len(before)} held-out drawings of feedback {won} are won, {lost} lost "
        f"(by chance alone: p = {chance:.3f}, below {SIGNIFICANT} is worse)"
    )
    figures = {"drawings": len(before), "won": won, "lost": lost, "p": round(chance, 6)}
    return Check("held_out_not_worse", chance >= SIGNIFICANT, figures, words)
