"""Whether a model may take the place of the one that is published under its name.

The gate is that of an adaptation (`chalicelib.learning.gate`). The gold set is made again as
pictures, because two networks have no features in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.learning.anchors import Targets
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


@dataclass(frozen=True, slots=True)
class Answers:
    """A set of n drawings as it is answered before and after a change.

    targets: array of shape (n,), the index of a label, or k - 1 for none.
    before, after: logits, arrays of shape (n, k), float32.
    """

    targets: Targets
    before: Picture
    after: Picture

    def won_and_lost(self) -> tuple[int, int]:
        """Return how many are right after the change alone, and how many before it alone."""
        before, after = (right(logits, self.targets) for logits in (self.before, self.after))
        return int((~before & after).sum()), int((before & ~after).sum())


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
    entries = published.entry, candidate.entry
    if published.entry.labels != candidate.entry.labels:
        return Judgement((_other_labels(*entries),))

    def answers_to(examples: Examples) -> Answers:
        both = published.answer(examples), candidate.answer(examples)
        return Answers(examples.targets, *both)

    every = joined(list(gold.values()))
    judgement = judge_answers(
        entries,
        answers_to(every),
        answers_to(held_out[FEEDBACK]) if FEEDBACK in held_out else None,
    )
    return Judgement((*judgement.checks, _as_much_gold(published.entry, every)))


def judge_answers(
    entries: tuple[ModelEntry, ModelEntry], gold: Answers, held_out: Answers | None
) -> Judgement:
    """Hold answers against those of before; entries: of what answered before, and after.

    held_out: on feedback that neither was taught, None where there is none.
    """
    before, after = entries
    trial = Trial(gold.targets, gold.before, gold.before, gold.after)
    judgement = judge_on_gold(after, trial, before)
    checks = [check for check in judgement.checks if check.name != TWICE]
    return Judgement((*checks, *([_held_out(held_out)] if held_out else [])))


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


def _held_out(answers: Answers) -> Check:
    won, lost = answers.won_and_lost()
    chance = chance_of(lost, won)
    words = (
        f"on {len(answers.targets)} held-out drawings of feedback {won} are won, {lost} lost "
        f"(by chance alone: p = {chance:.3f}, below {SIGNIFICANT} is worse)"
    )
    figures = {"drawings": len(answers.targets), "won": won, "lost": lost, "p": round(chance, 6)}
    return Check("held_out_not_worse", chance >= SIGNIFICANT, figures, words)
