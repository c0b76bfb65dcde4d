"""Train a network on MNIST, and on drawings from elsewhere where they are given.

    python -m export.train cnn --data data/mnist --epochs 20 --seed 1 --out runs/cnn

The best epoch is chosen by a validation split, never by the test images. After Ctrl-C or a
crash, `--resume` goes on after the last whole epoch and ends with the very weights that the
uninterrupted run would have had: each epoch draws from its own seed.

Several processes share each batch, on one machine or many (see `export.ranks`):

    torchrun --nproc-per-node 2 -m export.train cnn --data data/mnist --out runs/cnn
"""

import argparse
import math
from pathlib import Path
from typing import Any

from export.command import (
    add_data_option,
    add_feedback_option,
    positive,
    run_command,
    training_environment,
)
from export.datasets import TrainingData, build_training_data
from export.feedback.dataset import read_dataset
from export.feedback.samples import load_feedback
from export.files import write_json

with training_environment():
    from export.networks import ACTIVATIONS, DEFAULT_SHAPES, NETWORKS, Shape
    from export.plots import draw_plots
    from export.ranks import ALONE, Ranks, join
    from export.run_folder import (
        BEST,
        CHECKPOINT,
        FEEDBACK,
        HISTORY,
        Settings,
        check_folder,
        load_best,
        load_tensors,
        open_folder,
        save_tensors,
    )
    from export.training import Training


def main() -> None:
    """Run the command line, in each of the processes that torchrun started."""
    arguments = _parser().parse_args()
    with join() as ranks:
        settings, data = ranks.together(lambda: _prepare(arguments, ranks))
        if ranks.first:
            open_folder(arguments.out, settings)
        train(settings, data, arguments.out, ranks=ranks)
        if ranks.first:
            _conclude(arguments.out, data)


def _prepare(arguments: argparse.Namespace, ranks: Ranks) -> tuple[Settings, TrainingData]:
    """Check what was asked for before the data are read."""
    settings = _settings(arguments, ranks.count)
    settings.network()  # a shape that cannot be built is told before any data is read
    if ranks.first:
        check_folder(arguments.out, settings, resume=arguments.resume)
        print("reading and normalising the data ...", flush=True)
    feedback = load_feedback(arguments.feedback) if arguments.feedback else None
    data = build_training_data(arguments.data, arguments.drawings, arguments.seed, feedback)
    return settings, data


def _conclude(run: Path, data: TrainingData) -> None:
    _, network, entry = load_best(run)
    draw_plots(run, network, data)
    print(f"best epoch: {entry['epoch']}; publish it with python -m export.publish {run}")


def _settings(arguments: argparse.Namespace, processes: int) -> Settings:
    default = DEFAULT_SHAPES.get(arguments.family, Shape())
    return Settings(
        family=arguments.family,
        hidden=arguments.hidden or default.hidden,
        activation=arguments.activation or default.activation,
        data=str(arguments.data),
        drawings=str(arguments.drawings) if arguments.drawings else None,
        epochs=arguments.epochs,
        seed=arguments.seed,
        batch=arguments.batch,
        learning_rate=arguments.learning_rate,
        weight_decay=arguments.weight_decay,
        label_smoothing=arguments.label_smoothing,
        averaging=arguments.averaging,
        augmentation=arguments.augmentation,
        teachers=tuple(map(str, arguments.teacher)),
        start=str(arguments.start) if arguments.start else None,
        bfloat16=arguments.bfloat16,
        feedback=str(arguments.feedback) if arguments.feedback else None,
        dataset=read_dataset(arguments.feedback).id if arguments.feedback else None,
        processes=processes,
    )


def train(
    settings: Settings,
    data: TrainingData,
    folder: Path,
    until: int | None = None,
    ranks: Ranks = ALONE,
) -> None:
    """Train in a run folder that `open_folder` made ready, from its checkpoint if it has one.

    until: the last epoch for now; none means all that the settings ask for. ranks: of several
    processes the first alone knows the folder.
    Raises UnusableRun, TrainingEnded.
    """
    training = Training(settings, data, ranks=ranks)
    has_checkpoint = ranks.first and (folder / CHECKPOINT).exists()
    state = ranks.tell(load_tensors(folder, CHECKPOINT) if has_checkpoint else None)
    if state is not None:
        training.restore(state)
    if ranks.first and data.feedback:
        write_json(folder / FEEDBACK, data.feedback)
    while training.epoch < (until or settings.epochs):
        entry = training.run_epoch()
        if ranks.first:
            _keep(training, entry, folder)


def _keep(training: Training, entry: dict[str, Any], folder: Path) -> None:
    """Write down an epoch, the checkpoint last: from then on the epoch is done."""
    if training.is_best(entry):
        save_tensors(folder / BEST, {"weights": training.averaged, "entry": entry})
    write_json(folder / HISTORY, training.history)
    save_tensors(folder / CHECKPOINT, training.state())
    print(_describe(entry, training.settings.epochs), flush=True)


def _describe(entry: dict[str, Any], epochs: int) -> str:
    scores = "  ".join(f"{n} {100 * s['accuracy']:.2f} %" for n, s in entry["validation"].items())
    return (
        f"epoch {entry['epoch']:3d}/{epochs}  loss {entry['train_loss']:.4f}  "
        f"validation: {scores}  ({entry['seconds']:.0f} s)"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.train", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("family", choices=list(NETWORKS), help="the network to train")
    add_data_option(parser)
    add("--drawings", type=Path, metavar="DIR", help="folder with drawn/ and not_digits/")
    add_feedback_option(parser)
    add("--out", type=Path, required=True, metavar="RUN", help="run folder to make")
    add("--resume", action="store_true", help="go on where this run folder's training stopped")
    add("--epochs", type=positive, default=20, help="default: %(default)s")
    add("--seed", type=int, default=1, help="default: %(default)s")
    add(
        "--hidden",
        type=_widths,
        metavar="WIDTHS",
        help="of a perceptron, as in 300 (the default) or 400,100",
    )
    add("--activation", choices=list(ACTIVATIONS), help="of a perceptron (default: relu)")
    add("--batch", type=positive, default=256, help="pictures a step (default: %(default)s)")
    add("--learning-rate", type=_number, default=2e-3, help="its peak (default: %(default)s)")
    add("--weight-decay", type=_number, default=1e-2, help="default: %(default)s")
    add("--label-smoothing", type=_share, default=0.02, help="default: %(default)s")
    add("--averaging", type=_share, default=0.998, help="decay of the weights' running mean")
    add(
        "--teacher",
        type=Path,
        action="append",
        default=[],
        metavar="RUN",
        help="run folder of a network to learn from; several teach by their mean",
    )
    add("--start", type=Path, metavar="RUN", help="run folder whose weights to go on from")
    add(
        "--bfloat16", action="store_true", help="half the bits: faster where the CPU has AMX/AVX512"
    )
    add("--augmentation", type=_number, default=1.0, help="its strength; 0 is none")
    return parser


def _number(text: str) -> float:
    if not 0 <= float(text) < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 up")
    return float(text)


def _share(text: str) -> float:
    if not 0 <= float(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 0 and below 1")
    return float(text)


def _widths(text: str) -> tuple[int, ...]:
    return tuple(positive(part) for part in text.split(","))


if __name__ == "__main__":
    run_command(main, interrupted="interrupted; go on with --resume")
