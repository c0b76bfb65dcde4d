"""Search for the settings that make the fewest errors on validation drawings.

    python -m export.search cnn --data data/mnist --trials 9 --epochs 9 --out runs/search

Settings are drawn at random, and successive halving (Jamieson and Talwalkar 2016; Li et al. 2017)
spends the time on those that do well: all trials train for a few epochs, the best third of them
goes on for three times as long, and so forth. Each trial is a run folder that can be published;
results.json and results.md are written after each. The same command goes on with a search that
was stopped, and trains nothing twice. Test images play no part.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from export.command import (
    add_data_option,
    add_feedback_option,
    positive,
    run_command,
    training_environment,
)
from export.datasets import TrainingData, build_training_data
from export.errors import InvalidOption, UnusableRun
from export.feedback.dataset import read_dataset
from export.feedback.samples import load_feedback
from export.files import write_json, write_whole

with training_environment():
    from export.networks import NETWORKS
    from export.ranks import started_processes
    from export.run_folder import Settings, check_folder, open_folder
    from export.search_results import (
        Trial,
        read_history,
        read_trials,
        render,
        trial_folder,
        write_results,
    )
    from export.search_space import Search
    from export.train import train

SEARCH = "search.json"


def main() -> None:
    """Run the command line."""
    arguments = _parser().parse_args()
    if started_processes() > 1:
        raise InvalidOption("A search trains one network at a time, in one process.")
    search = Search(
        families=tuple(arguments.families),
        data=str(arguments.data),
        drawings=str(arguments.drawings) if arguments.drawings else None,
        trials=arguments.trials,
        epochs=arguments.epochs,
        seed=arguments.seed,
        bfloat16=arguments.bfloat16,
        feedback=str(arguments.feedback) if arguments.feedback else None,
        dataset=read_dataset(arguments.feedback).id if arguments.feedback else None,
    )
    check_search(arguments.out, search)
    print("reading and normalising the data ...", flush=True)
    feedback = load_feedback(arguments.feedback) if arguments.feedback else None
    data = build_training_data(arguments.data, arguments.drawings, search.seed, feedback)
    open_search(arguments.out, search)
    trials = run_search(search, data, arguments.out)
    if arguments.table is not None:
        write_whole(arguments.table, render(search, trials).encode())
    best = trial_folder(arguments.out, trials[0].number)
    print(f"best: {best}; publish it with python -m export.publish {best}")


def check_search(folder: Path, search: Search) -> None:
    """Raise UnusableRun where the folder holds another search, or something else."""
    path = folder / SEARCH
    if not path.exists():
        if folder.exists() and any(folder.iterdir()):
            raise UnusableRun(folder, "holds something else; name another --out")
        return
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise UnusableRun(folder, f"{SEARCH} is damaged ({error})") from error
    if found != json.loads(json.dumps(asdict(search))):
        raise UnusableRun(folder, f"was begun with other options, see its {SEARCH}")


def open_search(folder: Path, search: Search) -> None:
    """Make a folder that `check_search` let pass."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SEARCH, asdict(search))


def run_search(search: Search, data: TrainingData, folder: Path) -> list[Trial]:
    """Train what is still to be trained and return all trials, the best first.

    Raises UnusableRun where a trial's folder is damaged.
    """
    numbers = list(range(1, search.trials + 1))
    for count, epochs in search.rungs():
        numbers = numbers[:count]
        for place, number in enumerate(numbers, 1):
            run = trial_folder(folder, number)
            if len(read_history(run)) < epochs:
                print(f"trial {number}, {place} of {count} to epoch {epochs}", flush=True)
                run_trial(search.settings(number), data, run, epochs)
                write_results(folder, search)
        errors = {
            trial.number: trial.best(epochs)["errors"] for trial in read_trials(folder, search)
        }
        numbers.sort(key=errors.__getitem__)
    return write_results(folder, search)


def run_trial(settings: Settings, data: TrainingData, run: Path, epochs: int) -> None:
    """Train one trial as far as `epochs`, from where it stopped. Raises UnusableRun."""
    check_folder(run, settings, resume=True)
    open_folder(run, settings)
    train(settings, data, run, until=epochs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.search", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("families", nargs="+", choices=list(NETWORKS), help="the networks to try")
    add_data_option(parser)
    add("--drawings", type=Path, metavar="DIR", help="folder with drawn/ and not_digits/")
    add_feedback_option(parser)
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the search")
    add("--trials", type=positive, default=9, help="how many settings (default: %(default)s)")
    add("--epochs", type=positive, default=9, help="of the last trials (default: %(default)s)")
    add("--seed", type=int, default=1, help="default: %(default)s")
    add("--bfloat16", action="store_true", help="as in export.train")
    add("--table", type=Path, metavar="FILE", help="write the finished table here too")
    return parser


if __name__ == "__main__":
    run_command(main, interrupted="interrupted; the same command goes on")
