"""Score published models on MNIST's test images, through the code that serves them.

    python -m export.evaluate cnn --data data/mnist

Each image is recognised as `POST /v1/recognize` recognises `pixels`, one by one, so the counts
are the same to the image. Ends with status 1 where the manifest's figure does not hold. Needs
no torch.
"""

import argparse
import sys
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER, add_data_option, run_command
from export.errors import FigureDoesNotHold
from export.mnist import Digits, load_mnist

FIGURE = "mnist_test"
Z_95 = 1.96  # standard deviations of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Score:
    """How many drawings got the right label."""

    drawings: int
    correct: int

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return self.correct / self.drawings

    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % confidence interval of the accuracy."""
        n, p, z = self.drawings, self.accuracy, Z_95
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        spread = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - spread), min(1.0, centre + spread)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.evaluate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("models", nargs="*", metavar="MODEL", help="names (default: all)")
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        default=MODELS_FOLDER,
        metavar="DIR",
        help="folder of the manifest (default: the one that is served)",
    )
    add_data_option(parser)
    arguments = parser.parse_args()
    registry = ModelRegistry.load(arguments.folder)
    names = [registry.entry(name).name for name in arguments.models] or list(registry.names)
    digits = load_mnist(arguments.data, "test")
    broken = False
    for name in names:
        score = score_model(registry, name, digits)
        low, high = score.interval()
        print(
            f"{name} {registry.entry(name).version}: {score.correct} of {score.drawings} right, "
            f"{100 * score.accuracy:.2f} % (95 %: {100 * low:.2f} to {100 * high:.2f})"
        )
        try:
            require_figure(registry, name, score)
        except FigureDoesNotHold as error:
            print(f"error: {error}", file=sys.stderr)
            broken = True
    if broken:
        sys.exit(1)


def score_model(registry: ModelRegistry, name: str, digits: Digits) -> Score:
    """Recognise every picture as a request would be. Raises UnknownModel, UnusableModel."""
    recognizer = Recognizer(registry)
    labels = registry.entry(name).labels
    correct = 0
    for picture, label in zip(digits.pictures, digits.labels, strict=True):
        ink = picture.astype(np.float32) / np.float32(255)
        (reading,) = recognizer.recognize(InkDrawing(ink), model=name, candidates=1, single=True)
        correct += reading.digits[0].label == labels[label]
    return Score(len(digits.labels), correct)


def require_figure(registry: ModelRegistry, name: str, score: Score) -> None:
    """Raise FigureDoesNotHold where fewer are right than the manifest states, or it is silent."""
    stated = registry.entry(name).figures.get(FIGURE, {})
    drawings, correct = stated.get("drawings", 0), stated.get("correct", 0)
    if drawings != score.drawings or score.correct < correct:
        raise FigureDoesNotHold(name, correct, drawings, score.correct, score.drawings)


if __name__ == "__main__":
    run_command(main)
