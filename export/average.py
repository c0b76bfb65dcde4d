"""Average the weights of runs that went on from one another: often better than each of them.

    python -m export.average runs/cnn runs/cnn-flags --out runs/cnn-mean

Only networks that share a beginning (`export.train --start`) lie near enough to each other for
their mean to be one too (Wortsman et al. 2022, "Model soups"). Publish it as any other run.
"""

import argparse
import itertools
import json
import sys
from pathlib import Path

from export.command import run_command, training_environment
from export.errors import InvalidOption
from export.files import write_json

with training_environment():
    import torch

    from export.run_folder import (
        BEST,
        FEEDBACK,
        HISTORY,
        check_folder,
        load_best,
        open_folder,
        read_feedback,
        read_settings,
        save_tensors,
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.average", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the last one began last")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder to make")
    arguments = parser.parse_args()
    average(arguments.runs, arguments.out)
    print(f"publish it with python -m export.publish {arguments.out}", file=sys.stderr)


def average(runs: list[Path], out: Path) -> None:
    """Write a run folder that holds the mean of the best weights of several runs.

    Its settings are those of the last run, its history that of all.
    Raises UnusableRun, InvalidOption.
    """
    settings = read_settings(runs[-1])
    if any(read_settings(run).network_options() != settings.network_options() for run in runs):
        raise InvalidOption("Only runs of the same network can be averaged.")
    check_folder(out, settings, resume=False)
    states = [load_best(run)[1].state_dict() for run in runs]
    mean = {
        name: torch.stack([state[name].double() for state in states]).mean(0).to(value.dtype)
        for name, value in states[-1].items()
    }
    entry = load_best(runs[-1])[2] | {"averaged": [run.name for run in runs]}
    open_folder(out, settings)
    if settings.feedback:
        write_json(out / FEEDBACK, read_feedback(runs[-1]))
    save_tensors(out / BEST, {"weights": mean, "entry": entry})
    histories = [json.loads((run / HISTORY).read_bytes()) for run in runs]
    write_json(out / HISTORY, [*itertools.chain(*histories)])


if __name__ == "__main__":
    run_command(main)
