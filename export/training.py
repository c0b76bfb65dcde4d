"""One training between two epochs: the optimiser's steps, the mean of the weights, the scores."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from export.augment import Strength, augment
from export.batches import draw_batches
from export.datasets import Examples, TrainingData
from export.networks import run_network
from export.ranks import ALONE, Ranks
from export.run_folder import Settings, load_best

WARM_UP_SHARE = 0.1  # of the steps, in which the learning rate rises
SCORING_BATCH = 1000
SOFTNESS = 2.0  # temperature of the teachers' answers (Hinton et al. 2015)
TAUGHT_SHARE = 0.7  # of the loss, where there are teachers
RANK_STEP = 1_000_000_007  # between the seeds of processes that train together

Change = Callable[[torch.Tensor, Strength, torch.Generator], torch.Tensor]


class Training:
    """A network, the running mean of its weights, the optimiser and the history so far."""

    def __init__(
        self,
        settings: Settings,
        data: TrainingData,
        change: Change = augment,
        ranks: Ranks = ALONE,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.data = data
        self.change = change
        self.ranks = ranks
        self.network = settings.network().to(memory_format=torch.channels_last)
        if settings.start:
            self.network.load_state_dict(load_best(Path(settings.start))[1].state_dict())
        self.scored = settings.network()  # runs the averaged weights
        self.averaged = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.teachers = [load_best(Path(run))[1] for run in settings.teachers]
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.strength = Strength().scaled(settings.augmentation)
        self.history: list[dict[str, Any]] = []
        size = sum(pool.per_epoch for pool in data.pools)
        self.steps_an_epoch = math.ceil(size / settings.batch)

    @property
    def epoch(self) -> int:
        """The number of whole epochs so far."""
        return len(self.history)

    def run_epoch(self) -> dict[str, Any]:
        """Train for one epoch, score the averaged weights, and return the history entry."""
        started = time.monotonic()
        seed = self.settings.seed * 100_003 + self.epoch
        torch.manual_seed(seed + self.ranks.rank * RANK_STEP)  # for dropout
        loss = self._train_epoch(seed)
        scores = self._score_all() if self.ranks.first else {}
        entry = self.ranks.tell(
            {
                "epoch": self.epoch + 1,
                "train_loss": loss,
                "validation": scores,
                "errors": sum(score["errors"] for score in scores.values()),
                "seconds": round(time.monotonic() - started, 2),
                "hardware": describe_hardware(self.ranks.count),
            }
        )
        self.history.append(entry)
        return entry

    def is_best(self, entry: dict[str, Any]) -> bool:
        """Whether no epoch made fewer errors on all validation drawings together."""
        return bool(entry["errors"] <= min(e["errors"] for e in self.history))

    def state(self) -> dict[str, Any]:
        """Return all that the next epoch depends on."""
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(),
            "history": self.history,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to where `state` was taken."""
        self.network.load_state_dict(state["network"])
        self.averaged = state["averaged"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.history = state["history"]

    def _train_epoch(self, seed: int) -> float:
        """Go once through the pools; every process draws the same batches and takes its share."""
        generator = torch.Generator().manual_seed(seed)
        alone = self.ranks.count == 1
        changing = generator if alone else _generator_of(seed, self.ranks.rank)
        self.network.train()
        total_loss = 0.0
        first_step = self.epoch * self.steps_an_epoch
        batches = draw_batches(self.data.pools, self.settings.batch, generator)
        name = f"epoch {self.epoch + 1}"
        hidden = None if self.ranks.first else True  # none: shown where a terminal is
        bar = tqdm(batches, name, self.steps_an_epoch, leave=False, disable=hidden)
        for step, (pictures, targets) in enumerate(bar, first_step):
            rate = self._learning_rate(step)
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            rows, weight = self.ranks.share(len(targets))
            changed = self.change(pictures[rows], self.strength, changing)
            changed = changed.to(memory_format=torch.channels_last)
            loss = weight * self._loss(changed, targets[rows])
            self.optimiser.zero_grad()
            loss.backward()
            self.ranks.unite(self.network, weight)
            self.optimiser.step()
            self._average(step)
            total_loss += loss.item()
        total = torch.tensor(total_loss, dtype=torch.float64)
        self.ranks.add_up([total])
        return float(total) / self.steps_an_epoch

    def _loss(self, pictures: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy with the labels, shared with the teachers' if there are any."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.settings.bfloat16):
            logits, _ = run_network(self.network, pictures)
            loss = functional.cross_entropy(
                logits.float(), targets, label_smoothing=self.settings.label_smoothing
            )
            if not self.teachers:
                return loss
            with torch.no_grad():
                answers = [run_network(teacher, pictures)[0] for teacher in self.teachers]
        taught = torch.stack(answers).float()
        soft = functional.softmax(taught / SOFTNESS, 2).mean(0)
        distilled = functional.cross_entropy(logits.float() / SOFTNESS, soft) * SOFTNESS**2
        return (1 - TAUGHT_SHARE) * loss + TAUGHT_SHARE * distilled

    def _learning_rate(self, step: int) -> float:
        steps = self.settings.epochs * self.steps_an_epoch
        warm_up = WARM_UP_SHARE * steps
        if step < warm_up:
            return self.settings.learning_rate * (step + 1) / (warm_up + 1)
        return self.settings.learning_rate * _half_cosine((step - warm_up) / (steps - warm_up))

    def _average(self, step: int) -> None:
        """Move the mean of the weights, short at first, towards the present ones."""
        decay = min(self.settings.averaging, (1 + step) / (10 + step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.averaged[name].lerp_(value, 1 - decay)
            else:
                self.averaged[name].copy_(value)

    def mean_network(self) -> nn.Sequential:
        """Return the network of the weights' mean, which is what is scored and kept."""
        self.scored.load_state_dict(self.averaged)
        return self.scored

    def _score_all(self) -> dict[str, dict[str, Any]]:
        return {name: self._score(set_) for name, set_ in self.data.validation.items()}

    def _score(self, examples: Examples) -> dict[str, Any]:
        logits = compute_logits(self.mean_network(), examples)
        targets = torch.from_numpy(examples.targets)
        wrong = int((logits.argmax(1) != targets).sum())
        loss = float(functional.cross_entropy(logits, targets))
        return {
            "loss": loss,
            "errors": wrong,
            "drawings": len(targets),
            "accuracy": 1 - wrong / len(targets),
        }


def compute_logits(network: nn.Sequential, examples: Examples) -> torch.Tensor:
    """Return the logits (n, k) of a network in eval mode."""
    network.eval()
    pictures = torch.from_numpy(examples.pictures)[:, None]
    with torch.inference_mode():
        return torch.cat([run_network(network, p)[0] for p in pictures.split(SCORING_BATCH)])


def describe_hardware(processes: int = 1) -> str:
    """Return what decides how long a training takes."""
    each = f"{torch.get_num_threads()} threads, CPU {torch.backends.cpu.get_cpu_capability()}"
    return each if processes == 1 else f"{processes} processes of {each}"


def _generator_of(seed: int, rank: int) -> torch.Generator:
    """Return what a process draws its own pictures' changes from."""
    return torch.Generator().manual_seed(seed + (rank + 1) * RANK_STEP)


def _half_cosine(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2
