"""What a search may try: the settings of each of its trials, drawn at random from a seed."""

from dataclasses import dataclass

import numpy as np

from export.networks import Shape
from export.run_folder import Settings

KEPT = 3  # one in so many trials goes on
# Drawn evenly between the logarithms of the two ends.
LEARNING_RATES = (1e-3, 1e-2)
WEIGHT_DECAYS = (3e-3, 1e-1)
AUGMENTATIONS = (0.4, 1.6)
# Drawn one of them.
SMOOTHINGS = (0.0, 0.02, 0.05, 0.1)
AVERAGINGS = (0.99, 0.998, 0.999)
BATCHES = (128, 256, 512)
WIDTHS = ((300,), (500,), (800,), (400, 100), (500, 300))  # of a perceptron
SIGNIFICANT_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for; it decides every trial's settings.

    families: networks, of which each trial takes one. epochs: of a trial that goes all the way.
    seed: of the settings that are drawn and of the trainings. feedback, dataset: as `Settings`.
    """

    families: tuple[str, ...]
    data: str
    drawings: str | None
    trials: int
    epochs: int
    seed: int
    bfloat16: bool
    feedback: str | None = None
    dataset: str | None = None

    def settings(self, trial: int) -> Settings:
        """Return what a trial trains with, always the same."""
        rng = np.random.default_rng([self.seed, trial])
        family = self.families[rng.integers(len(self.families))]
        shape = (
            Shape(WIDTHS[rng.integers(len(WIDTHS))], "relu") if family == "perceptron" else Shape()
        )
        return Settings(
            family=family,
            hidden=shape.hidden,
            activation=shape.activation,
            data=self.data,
            drawings=self.drawings,
            epochs=self.epochs,
            seed=self.seed,
            batch=BATCHES[rng.integers(len(BATCHES))],
            learning_rate=_draw(LEARNING_RATES, rng),
            weight_decay=_draw(WEIGHT_DECAYS, rng),
            label_smoothing=SMOOTHINGS[rng.integers(len(SMOOTHINGS))],
            averaging=AVERAGINGS[rng.integers(len(AVERAGINGS))],
            augmentation=_draw(AUGMENTATIONS, rng),
            bfloat16=self.bfloat16,
            feedback=self.feedback,
            dataset=self.dataset,
        )

    def rungs(self) -> list[tuple[int, int]]:
        """Return how many trials are trained up to which epoch; the last rung is the full number.

        Few trials or few epochs make few rungs; one rung is plain random search.
        """
        last = 0
        while KEPT ** (last + 1) <= min(self.trials, self.epochs):
            last += 1
        return [
            (self.trials // KEPT**rung, self.epochs // KEPT ** (last - rung))
            for rung in range(last + 1)
        ]


def _draw(ends: tuple[float, float], rng: np.random.Generator) -> float:
    """Draw a number between two ends, rounded so that it can be read and typed."""
    return float(f"{np.exp(rng.uniform(*np.log(ends))):.{SIGNIFICANT_DIGITS}g}")
