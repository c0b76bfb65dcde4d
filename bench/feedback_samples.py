"""Fill a store with feedback as people would send it, to try the review on.

    python -m bench.feedback_samples --store /tmp/feedback [--count 200] [--data ../shared/data]

Real drawings of the validation part go through the code that takes feedback in. Most claims are
right; some are wrong, some drawings are letters or doodles, some come again and again.
"""

import argparse
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.samples import Rng, Samples, load_samples
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.records import Submission
from chalicelib.recognition.drawing import Drawing, InkDrawing, StrokeDrawing
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise
from chalicelib.recognition.png import encode_picture
from chalicelib.recognition.recognizer import Recognizer, Status
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from export.command import MODELS_FOLDER, positive, run_command
from export.mnist import LABELS
from export.splits import Part

DAYS = 12  # over which the feedback came
WRONG, OTHERS, REPEATED = 0.12, 0.16, 0.06  # shares; the rest is claimed rightly
MOST_REPEATS = 8
SEED = 4

Claimed = tuple[Drawing, str | None]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.feedback_samples", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--store", required=True, help="a directory, or s3://bucket/prefix")
    parser.add_argument("--count", type=positive, default=200)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    claims = claimed_drawings(load_samples(arguments.data, Part.VALIDATION), arguments.count, rng)
    send(claims, arguments.store, rng)
    print(f"{arguments.count} pieces of feedback are in {arguments.store} (seed {arguments.seed}).")


def claimed_drawings(samples: Samples, count: int, rng: Rng) -> Iterator[Claimed]:
    """Yield `count` drawings with what a person might say that they are."""
    digits = [pair for kind in samples.singles().values() for pair in kind]
    others = [drawing for kind in samples.others.values() for drawing in kind]
    left = count
    while left:
        kind = rng.random()
        if kind < OTHERS:
            claim: Claimed = (others[rng.integers(len(others))], None)
            if rng.random() < 0.5:
                claim = (claim[0], LABELS[rng.integers(len(LABELS))])
        else:
            drawing, label = digits[rng.integers(len(digits))]
            wrong = kind < OTHERS + WRONG
            claim = (drawing, LABELS[rng.integers(len(LABELS))] if wrong else label)
        times = int(rng.integers(2, MOST_REPEATS)) if rng.random() < REPEATED else 1
        for _ in range(min(times, left)):
            left -= 1
            yield claim


def send(claims: Iterator[Claimed], location: str, rng: Rng) -> list[str]:
    """Submit each drawing with the answer that the default model gives; return the receipts."""
    store, recognizer = open_store(location), Recognizer(ModelRegistry.load(MODELS_FOLDER))
    today = datetime.now(UTC)
    receipts = []
    for number, (drawing, label) in enumerate(claims):
        ago = timedelta(seconds=float(rng.uniform(0, DAYS * 86_400)))
        book = FeedbackBook(store, now=lambda ago=ago: today - ago)  # type: ignore[misc]  # mypy knows no lambda with a default
        receipts.append(book.submit(_submission(recognizer, drawing, label, number)).receipt)
    return receipts


def _submission(
    recognizer: Recognizer, drawing: Drawing, label: str | None, number: int
) -> Submission:
    (reading,) = recognizer.recognize(drawing, single=True)
    (digit,) = reading.digits
    ink = drawing.ink if isinstance(drawing, InkDrawing) else normalise(drawing)
    strokes = drawing.strokes if isinstance(drawing, StrokeDrawing) else None
    return Submission(
        picture_png=encode_picture(ink),
        strokes=None if strokes is None else [stroke.tolist() for stroke in strokes],
        label=label,
        predicted=None
        if digit.status is Status.NOT_A_DIGIT
        else {
            "label": digit.label,
            "probability": round(digit.probability, 4),
            "model": reading.model,
            "version": reading.version,
        },
        model=reading.model,
        version=reading.version,
        normalisation=NORMALISATION_VERSION,
        body_sha256=hashlib.sha256(f"{number}".encode()).hexdigest(),
    )


if __name__ == "__main__":
    run_command(main)
