"""A run folder: the settings of a training, its history, its checkpoint and its best network.

- settings.json: what was asked for; a resumed run must ask for the same
- history.json: one entry an epoch
- checkpoint.pt: everything to go on from after the last whole epoch
- best.pt: the weights of the best epoch by validation
- feedback.json: which dataset of feedback was learnt from, and how much of it; where there is one
- curves.png, confusion.png, misclassified.png
"""

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from export.errors import UnusableRun
from export.files import write_json, write_whole
from export.mnist import LABELS
from export.networks import Shape, build_network

SETTINGS, HISTORY = "settings.json", "history.json"
CHECKPOINT, BEST = "checkpoint.pt", "best.pt"
FEEDBACK = "feedback.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the outcome of a training.

    family and shape: the network. data, drawings: folders. augmentation: factor on
    `export.augment.Strength`. The optimiser is AdamW; its rate rises over the first tenth of
    the steps and falls as a cosine to nothing. averaging: decay of the mean of the weights.
    teachers: run folders of networks whose mean answer is learnt from besides the labels. start:
    run folder of the same network whose weights to go on from. bfloat16: compute in half the bits,
    for processors that multiply those faster. feedback: folder of a dataset of
    `export.feedback`, and that dataset's id. processes: how many share each batch.
    """

    family: str
    hidden: tuple[int, ...]
    activation: str
    data: str
    drawings: str | None
    epochs: int
    seed: int
    batch: int
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    averaging: float
    augmentation: float
    teachers: tuple[str, ...] = ()
    start: str | None = None
    bfloat16: bool = False
    feedback: str | None = None
    dataset: str | None = None
    processes: int = 1

    def network_options(self) -> tuple[str, tuple[int, ...], str]:
        """Return what decides which network it is."""
        return self.family, self.hidden, self.activation

    def network(self) -> nn.Sequential:
        """Build the untrained network. Raises InvalidOption."""
        return build_network(self.family, Shape(self.hidden, self.activation), len(LABELS) + 1)


def read_settings(folder: Path) -> Settings:
    """Read a run's settings. Raises UnusableRun."""
    try:
        found = json.loads((folder / SETTINGS).read_bytes())
        for name in ("hidden", "teachers"):
            found[name] = tuple(found[name])
        return Settings(**found)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnusableRun(folder, f"no {SETTINGS} of a training to be read ({error})") from error


def read_feedback(folder: Path) -> dict[str, Any]:
    """Read which feedback a run learnt from. Raises UnusableRun."""
    try:
        found: dict[str, Any] = json.loads((folder / FEEDBACK).read_bytes())
    except (OSError, ValueError) as error:
        raise UnusableRun(folder, f"no {FEEDBACK} of a training to be read ({error})") from error
    return found


def check_folder(folder: Path, settings: Settings, *, resume: bool) -> None:
    """Raise UnusableRun where a run would be overwritten, or mixed with another."""
    begun = (folder / SETTINGS).exists()
    if begun and not resume:
        raise UnusableRun(folder, "holds a run already; add --resume, or name another --out")
    if begun and read_settings(folder) != settings:
        raise UnusableRun(folder, f"was begun with other settings, see its {SETTINGS}")


def open_folder(folder: Path, settings: Settings) -> None:
    """Make a run folder that `check_folder` let pass."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SETTINGS, asdict(settings))


def save_tensors(path: Path, content: dict[str, Any]) -> None:
    """Write tensors, numbers and lists, whole or not at all."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


def load_tensors(folder: Path, name: str) -> dict[str, Any]:
    """Read what `save_tensors` wrote. Raises UnusableRun."""
    try:
        content: dict[str, Any] = torch.load(folder / name, weights_only=True)
    except FileNotFoundError as error:
        raise UnusableRun(folder, f"has no {name}; has its training run?") from error
    except Exception as error:  # torch raises whatever its unpickler does
        raise UnusableRun(folder, f"{name} is damaged ({type(error).__name__})") from error
    return content


def load_best(folder: Path) -> tuple[Settings, nn.Sequential, dict[str, Any]]:
    """Return a run's settings, its best network in eval mode and that epoch's history entry.

    Raises UnusableRun.
    """
    settings = read_settings(folder)
    best = load_tensors(folder, BEST)
    network = settings.network()
    try:
        network.load_state_dict(best["weights"])
    except (RuntimeError, KeyError) as error:
        raise UnusableRun(folder, f"{BEST} fits another network") from error
    return settings, network.eval(), best["entry"]
