"""A search draws settings, spends its time on the good ones, and goes on where it stopped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from export.datasets import TrainingData, build_training_data  # noqa: E402
from export.errors import UnusableRun  # noqa: E402
from export.run_folder import BEST, HISTORY, load_best, load_tensors  # noqa: E402
from export.search import check_search, open_search, run_search  # noqa: E402
from export.search_results import RESULTS, TABLE, read_history, read_trials, trial_folder  # noqa: E402
from export.search_space import Search  # noqa: E402
from export.training import Training  # noqa: E402
from tests.export.commands import ROOT, run_export  # noqa: E402


@pytest.fixture(scope="module")
def data(small_mnist: Path) -> TrainingData:
    """Return 240 digits and as many scribbles as go with them."""
    return build_training_data(small_mnist, None, seed=1)


def search_of(data: Path, trials: int = 9, epochs: int = 9, seed: int = 1) -> Search:
    return Search(("perceptron",), str(data), None, trials, epochs, seed, bfloat16=False)


@pytest.fixture(scope="module")
def whole(small_mnist: Path, data: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a search that was never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    run_search(search_of(small_mnist), data, folder)
    return folder


def count_epochs(patch: pytest.MonkeyPatch, allowed: int) -> list[int]:
    """Return a list that grows with each epoch trained; after those allowed comes Ctrl-C."""
    trained: list[int] = []
    run_epoch = Training.run_epoch

    def counted(training: Training) -> dict[str, Any]:
        if len(trained) == allowed:
            raise KeyboardInterrupt
        trained.append(training.epoch)
        return run_epoch(training)

    patch.setattr(Training, "run_epoch", counted)
    return trained


def read_results(folder: Path) -> Any:
    """Return results.json but for the seconds."""
    results = json.loads((folder / RESULTS).read_bytes())
    for trial in results:
        del trial["seconds"], trial["best"]["seconds"]
    return results


def test_a_seed_always_draws_the_same_settings_and_each_trial_others() -> None:
    search = search_of(Path("data"))
    drawn = [search.settings(trial) for trial in range(1, 10)]
    assert drawn == [search.settings(trial) for trial in range(1, 10)]
    assert len(set(drawn)) == 9
    assert search.settings(1) != search_of(Path("data"), seed=2).settings(1)


def test_all_settings_that_can_be_drawn_make_networks() -> None:
    search = Search(("cnn", "perceptron", "fast"), "data", None, 60, 9, 1, bfloat16=False)
    drawn = [search.settings(trial) for trial in range(1, 61)]
    assert {settings.family for settings in drawn} == {"cnn", "perceptron", "fast"}
    assert len({settings.hidden for settings in drawn if settings.family == "perceptron"}) > 2
    for settings in drawn:
        settings.network()


@pytest.mark.parametrize(
    ("trials", "epochs", "rungs"),
    [
        (9, 9, [(9, 1), (3, 3), (1, 9)]),
        (12, 20, [(12, 2), (4, 6), (1, 20)]),
        (27, 4, [(27, 1), (9, 4)]),
        (2, 9, [(2, 9)]),
        (9, 2, [(9, 2)]),
    ],
)
def test_a_third_of_the_trials_goes_on_for_three_times_as_long(
    trials: int, epochs: int, rungs: list[tuple[int, int]]
) -> None:
    assert search_of(Path("data"), trials, epochs).rungs() == rungs


def test_the_better_trials_go_on_and_the_table_is_sorted(whole: Path, small_mnist: Path) -> None:
    search = search_of(small_mnist)
    found = read_trials(whole, search)
    reached = [{t.number for t in found if len(t.history) >= epochs} for epochs in (1, 3, 9)]
    assert [len(numbers) for numbers in reached] == [9, 3, 1]
    errors_at_first = {trial.number: trial.history[0]["errors"] for trial in found}
    better, stopped = reached[1], reached[0] - reached[1]
    assert max(errors_at_first[n] for n in better) <= min(errors_at_first[n] for n in stopped)
    results = json.loads((whole / RESULTS).read_bytes())
    errors = [trial["best"]["errors"] for trial in results]
    assert errors == sorted(errors)
    rows = (whole / TABLE).read_text().splitlines()[-9:]
    assert [int(row.split("|")[1]) for row in rows] == [trial["trial"] for trial in results]
    settings, _, entry = load_best(trial_folder(whole, found[0].number))
    assert settings == search.settings(found[0].number)
    assert entry["errors"] == errors[0]


@pytest.mark.parametrize("allowed", [0, 4, 10, 17])
def test_a_stopped_search_ends_as_an_unstopped_one_and_trains_nothing_twice(
    allowed: int, whole: Path, small_mnist: Path, data: TrainingData, tmp_path: Path
) -> None:
    """Stopped in the very first trial, between trials, within a trial and in the last rung."""
    search = search_of(small_mnist)
    with pytest.MonkeyPatch.context() as patch:
        count_epochs(patch, allowed)
        with pytest.raises(KeyboardInterrupt):
            run_search(search, data, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        rest = count_epochs(patch, allowed=100)
        found = run_search(search, data, tmp_path)
    assert allowed + len(rest) == 9 * 1 + 3 * 2 + 1 * 6
    assert read_results(whole) == read_results(tmp_path)
    best = trial_folder(Path(), found[0].number) / BEST
    weights = [load_tensors(folder, str(best))["weights"] for folder in (whole, tmp_path)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_folder_of_another_search_or_of_something_else_is_left_alone(tmp_path: Path) -> None:
    check_search(tmp_path / "absent", search_of(tmp_path))
    open_search(tmp_path / "search", search_of(tmp_path))
    check_search(tmp_path / "search", search_of(tmp_path))
    with pytest.raises(UnusableRun, match="begun with other options"):
        check_search(tmp_path / "search", search_of(tmp_path, trials=3))
    with pytest.raises(UnusableRun, match="holds something else"):
        check_search(tmp_path, search_of(tmp_path))
    (tmp_path / "search" / "search.json").write_text("{")
    with pytest.raises(UnusableRun, match=r"search\.json is damaged"):
        check_search(tmp_path / "search", search_of(tmp_path))


def test_a_damaged_history_names_its_trial(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_text("[")
    with pytest.raises(UnusableRun, match=r"history\.json is damaged"):
        read_history(tmp_path)


def test_a_killed_command_goes_on(small_mnist: Path, tmp_path: Path) -> None:
    """SIGKILL in the second trial; the same command leaves the first as it is and finishes."""
    out, table = tmp_path / "search", tmp_path / "table.md"
    arguments = ["perceptron", "--data", str(small_mnist), "--trials", "3", "--epochs", "9"]
    arguments += ["--out", str(out), "--table", str(table)]
    with subprocess.Popen(
        [sys.executable, "-m", "export.search", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ,
    ) as searching:
        assert searching.stdout is not None
        while not searching.stdout.readline().startswith("trial 2"):
            assert searching.poll() is None
        searching.send_signal(signal.SIGKILL)
    first = (trial_folder(out, 1) / HISTORY).read_bytes()
    other = run_export("search", *arguments[:-2], "--seed", "2")
    assert other.returncode == 2
    assert "begun with other options" in other.stderr
    done = run_export("search", *arguments)
    assert done.returncode == 0, done.stderr
    assert "trial 1, 1 of 3" not in done.stdout
    assert (trial_folder(out, 1) / HISTORY).read_bytes().startswith(first[:-2].rstrip())
    assert table.read_text() == (out / TABLE).read_text()
    assert "3 of 3 trials" in table.read_text()
