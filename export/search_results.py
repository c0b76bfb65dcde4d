"""What a search has found so far, read from its trials' run folders, and its table."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from export.errors import UnusableRun
from export.files import write_json, write_whole
from export.run_folder import HISTORY, Settings
from export.search_space import KEPT, Search

RESULTS, TABLE = "results.json", "results.md"


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial with the history of its training so far, one entry an epoch, at least one."""

    number: int
    settings: Settings
    history: tuple[dict[str, Any], ...]

    def best(self, epochs: int | None = None) -> dict[str, Any]:
        """Return the entry with the fewest errors among the first `epochs`; the last of equals."""
        return min(reversed(self.history[:epochs]), key=lambda entry: int(entry["errors"]))


def trial_folder(folder: Path, number: int) -> Path:
    """Return the run folder of a trial."""
    return folder / f"trial-{number:03d}"


def read_trials(folder: Path, search: Search) -> list[Trial]:
    """Return the trials that have trained for an epoch or more, the best first.

    Raises UnusableRun.
    """
    trials = (
        Trial(number, search.settings(number), read_history(trial_folder(folder, number)))
        for number in range(1, search.trials + 1)
    )
    begun = [trial for trial in trials if trial.history]
    return sorted(begun, key=lambda trial: int(trial.best()["errors"]))


def read_history(run: Path) -> tuple[dict[str, Any], ...]:
    """Return a run's history, of no entries before its first epoch. Raises UnusableRun."""
    if not (run / HISTORY).exists():
        return ()
    try:
        return tuple(json.loads((run / HISTORY).read_bytes()))
    except (ValueError, TypeError) as error:
        raise UnusableRun(run, f"{HISTORY} is damaged ({error})") from error


def write_results(folder: Path, search: Search) -> list[Trial]:
    """Write results.json and results.md; return the trials, the best first."""
    trials = read_trials(folder, search)
    write_json(folder / RESULTS, [_summarise(trial) for trial in trials])
    write_whole(folder / TABLE, render(search, trials).encode())
    return trials


def render(search: Search, trials: list[Trial]) -> str:
    """Return the page with the table of all trials, sorted by errors in validation."""
    sets = trials[0].history[0]["validation"]
    drawings = ", ".join(f"{score['drawings']} of {name}" for name, score in sets.items())
    rungs = ", ".join(f"{count} to epoch {epochs}" for count, epochs in search.rungs())
    hardware = sorted({entry["hardware"] for trial in trials for entry in trial.history})
    seconds = sum(entry["seconds"] for trial in trials for entry in trial.history)
    head = ["trial", "family", "widths", "batch", "learning rate", "weight decay"]
    head += ["augmentation", "smoothing", "averaging", "epochs", "best", "errors", *sets]
    bits = ", bfloat16" if search.bfloat16 else ""
    about = (
        f"{len(trials)} of {search.trials} trials, seed {search.seed}, {seconds / 60:.0f} minutes "
        f"on {'; '.join(hardware)}{bits}. Successive halving, one in {KEPT} goes on: {rungs}. "
        "Errors are those of a trial's best epoch on the validation drawings "
        f"({drawings}); test images play no part. A trial that was stopped still had a high "
        "learning rate, so its figures are not those of a whole training."
    )
    rows = [_line(head), _line(["---"] * len(head)), *(_line(_cells(trial)) for trial in trials)]
    return "\n".join(["# Search over the settings", "", about, "", *rows, ""])


def _cells(trial: Trial) -> list[str]:
    settings, best = trial.settings, trial.best()
    return [
        str(trial.number),
        settings.family,
        "-".join(map(str, settings.hidden)),
        *(f"{value:g}" for value in (settings.batch, settings.learning_rate)),
        *(f"{value:g}" for value in (settings.weight_decay, settings.augmentation)),
        *(f"{value:g}" for value in (settings.label_smoothing, settings.averaging)),
        f"{len(trial.history)} of {settings.epochs}",
        str(best["epoch"]),
        str(best["errors"]),
        *(f"{100 * score['accuracy']:.2f} %" for score in best["validation"].values()),
    ]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _summarise(trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial.number,
        "settings": asdict(trial.settings),
        "epochs": len(trial.history),
        "seconds": round(sum(entry["seconds"] for entry in trial.history), 1),
        "best": trial.best(),
    }
