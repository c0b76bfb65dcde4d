"""What the tests of several processes run in each: train, or fail in one, and write what came."""

import sys
from pathlib import Path

import torch

from export.augment import Strength
from export.command import run_command
from export.datasets import build_training_data
from export.errors import MissingData
from export.ranks import Ranks, join
from export.training import Training
from tests.export.test_train import settings_for

EPOCHS = 3


def unchanged(pictures: torch.Tensor, _: Strength, __: torch.Generator) -> torch.Tensor:
    """Leave pictures as they are: each process would draw other changes."""
    return pictures


def weights_after(mnist: Path, family: str, ranks: Ranks) -> dict[str, torch.Tensor]:
    """Train for a few epochs and return the weights."""
    data = build_training_data(mnist, None, seed=1)
    training = Training(settings_for(mnist, family, EPOCHS), data, unchanged, ranks)
    for _ in range(EPOCHS):
        training.run_epoch()
    weights: dict[str, torch.Tensor] = training.network.state_dict()
    return weights


def main() -> None:
    """Take what to do, where MNIST lies and where to write from the command line."""
    what, mnist, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with join() as ranks:
        if what == "fail":
            ranks.together(lambda: fail_in_the_last(ranks))
        torch.save(weights_after(mnist, what, ranks), out / f"{ranks.rank}.pt")
    assert "gloo" not in (alive := names_of_threads()), f"would abort at times: {alive}"


def names_of_threads() -> str:
    """Return what the threads of this process are called."""
    return " ".join(name.read_text().strip() for name in Path("/proc/self/task").glob("*/comm"))


def fail_in_the_last(ranks: Ranks) -> None:
    """Fail as a machine does whose data are missing."""
    if ranks.rank == ranks.count - 1:
        raise MissingData("no data on this machine")


if __name__ == "__main__":
    run_command(main)
