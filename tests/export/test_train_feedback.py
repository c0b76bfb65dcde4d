"""Feedback of a style that nobody had taught is learnt, and judged on days that were held out."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from chalicelib.learning.records import Strokes  # noqa: E402
from chalicelib.stores.directory import DirectoryStore  # noqa: E402
from export.datasets import TrainingData, build_training_data, feedback_validation  # noqa: E402
from export.drawn import NONE_LABEL  # noqa: E402
from export.errors import DamagedData, MissingData  # noqa: E402
from export.feedback.dataset import Dataset  # noqa: E402
from export.feedback.pull import pull  # noqa: E402
from export.feedback.samples import load_feedback, part_of_feedback  # noqa: E402
from export.publish import prepare  # noqa: E402
from export.run_folder import FEEDBACK, load_best, open_folder  # noqa: E402
from export.splits import Part  # noqa: E402
from export.train import train  # noqa: E402
from tests.export.accepted import FIRST_DAY, accept  # noqa: E402
from tests.export.commands import run_export  # noqa: E402
from tests.export.test_train import settings_for  # noqa: E402

DAYS, A_DAY = 14, 5
SNAIL = np.array([[0, 0], [6, 0], [6, 8], [0, 8], [0, 3], [4, 3], [4, 5], [2, 5]], np.float64)
MakeDataset = Callable[..., Dataset]


def snail(seed: int) -> Strokes:
    """Draw what one village writes for a 9."""
    rng = np.random.default_rng(seed)
    lean = np.array([[1, 0], [rng.uniform(-0.2, 0.2), rng.uniform(0.8, 1.2)]])
    points = (SNAIL + rng.normal(0, 0.35, SNAIL.shape)) @ lean
    strokes: Strokes = [(10 * points).round(1).tolist()]
    return strokes


@pytest.fixture
def make_dataset(tmp_path: Path) -> MakeDataset:
    """Return a function that accepts (label, strokes, day) and pulls a dataset of it."""

    def make(drawings: list[tuple[str | None, Strokes, int]]) -> Dataset:
        store = DirectoryStore(tmp_path / "store")
        for number, (label, strokes, day) in enumerate(drawings):
            accept(store, number, label=label, strokes=strokes, day=day)
        return pull(store, "the store", tmp_path / "pulled").dataset

    return make


def snails() -> list[tuple[str | None, Strokes, int]]:
    return [("9", snail(number), number % DAYS) for number in range(DAYS * A_DAY)]


def test_a_new_style_is_learnt_from_feedback_and_not_without(
    small_mnist: Path, make_dataset: MakeDataset, tmp_path: Path
) -> None:
    dataset = make_dataset(snails())
    feedback = load_feedback(dataset.folder)
    taught = build_training_data(small_mnist, None, 1, feedback)
    plain = build_training_data(small_mnist, None, 1)
    plain.validation["feedback"] = taught.validation["feedback"]
    assert len(taught.validation["feedback"].targets) >= A_DAY
    right = {name: share_right(name, data, small_mnist, tmp_path / name) for name, data in (
        ("taught", taught), ("plain", plain),
    )}  # fmt: skip
    assert right["taught"] >= 0.9
    assert right["plain"] <= 0.3


def share_right(name: str, data: TrainingData, small_mnist: Path, run: Path) -> float:
    settings = settings_for(small_mnist, "perceptron", epochs=5)
    settings = replace(settings, batch=128, learning_rate=1e-2)
    open_folder(run, settings)
    train(settings, data, run)
    assert (run / FEEDBACK).exists() == (name == "taught")
    accuracy: float = load_best(run)[2]["validation"]["feedback"]["accuracy"]
    return accuracy


def test_run_and_manifest_name_the_dataset_and_the_command_resumes(
    small_mnist: Path, make_dataset: MakeDataset, tmp_path: Path
) -> None:
    dataset = make_dataset(snails())
    run = tmp_path / "run"
    arguments = ["perceptron", "--hidden", "10", "--data", str(small_mnist), "--epochs", "2"]
    arguments += ["--feedback", str(dataset.folder), "--out", str(run)]
    done = run_export("train", *arguments)
    assert done.returncode == 0, done.stderr
    summary = json.loads((run / FEEDBACK).read_bytes())
    assert summary["dataset"] == dataset.id
    assert summary["taught"] + summary["held_out"] == DAYS * A_DAY
    done = run_export("train", *arguments, "--resume")
    assert done.returncode == 0, done.stderr
    held_out = feedback_validation(load_feedback(dataset.folder))
    _, entry = prepare(run, "perceptron", small_mnist, None, held_out)
    assert entry["trained"]["feedback"] == summary
    assert entry["figures"]["feedback_validation"]["drawings"] == summary["held_out"]
    assert str(dataset.folder) not in json.dumps(entry)


def test_days_are_held_out_whole_and_nothing_like_them_is_taught(
    make_dataset: MakeDataset,
) -> None:
    days = range(40)
    held = [day for day in days if part_of_day(day) is Part.VALIDATION]
    other = [day for day in days if part_of_day(day) is Part.TRAIN]
    assert 0 < len(held) < len(other)
    drawings: list[tuple[str | None, Strokes, int]] = [("9", snail(day), day) for day in days]
    drawings += [("9", snail(held[0]), other[0]), (None, snail(99), other[1])]
    drawings += [("3", snail(100), other[2])] * 5
    feedback = load_feedback(make_dataset(drawings).folder)
    assert len(feedback.held_out) == len(held)
    assert {part_of_feedback(sample.group) for sample in feedback.held_out} == {Part.VALIDATION}
    assert {part_of_feedback(sample.group) for sample in feedback.taught} == {Part.TRAIN}
    assert feedback.left_out == {"like_held_out": 1, "near_equal": 2}
    assert sorted(sample.target for sample in feedback.taught)[-1] == NONE_LABEL


def part_of_day(day: int) -> Part:
    date = FIRST_DAY.date().toordinal() + day
    return part_of_feedback(f"draw.example {FIRST_DAY.date().fromordinal(date).isoformat()}")


def test_a_dataset_that_is_damaged_or_teaches_nothing_is_refused(
    make_dataset: MakeDataset, tmp_path: Path
) -> None:
    held = next(day for day in range(40) if part_of_day(day) is Part.VALIDATION)
    dataset = make_dataset([("9", snail(1), held)])
    with pytest.raises(MissingData, match="nothing to train on"):
        load_feedback(dataset.folder)
    path = dataset.folder / dataset.items[0].file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DamagedData, match="sha256"):
        load_feedback(dataset.folder)
    done = run_export("train", "cnn", "--feedback", str(tmp_path), "--out", str(tmp_path / "run"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path} holds no manifest.json; make a dataset")
    assert not (tmp_path / "run").exists()


def test_a_resumed_run_keeps_to_its_dataset(
    small_mnist: Path, make_dataset: MakeDataset, tmp_path: Path
) -> None:
    dataset = make_dataset(snails())
    settings = settings_for(small_mnist, "perceptron", epochs=1)
    settings = replace(settings, feedback=str(dataset.folder), dataset="of before")
    open_folder(tmp_path / "run", settings)
    done = run_export(
        "train", "perceptron", "--hidden", "40", "--feedback", str(dataset.folder),
        "--data", str(small_mnist), "--out", str(tmp_path / "run"), "--resume",
    )  # fmt: skip
    assert done.returncode == 2
    assert "begun with other settings" in done.stderr
