"""Training learns, goes on after an interrupt as if there had been none, and is published."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from chalicelib.recognition.manifest import MANIFEST  # noqa: E402
from chalicelib.recognition.registry import ModelRegistry  # noqa: E402
from export.average import average  # noqa: E402
from export.command import MODELS_FOLDER  # noqa: E402
from export.datasets import TrainingData, build_training_data  # noqa: E402
from export.errors import InvalidOption, UnusableRun  # noqa: E402
from export.plots import draw_plots  # noqa: E402
from export.publish import checked_name, prepare  # noqa: E402
from export.published import write_model  # noqa: E402
from export.run_folder import (  # noqa: E402
    BEST,
    CHECKPOINT,
    Settings,
    check_folder,
    load_best,
    load_tensors,
    open_folder,
)
from export.train import train  # noqa: E402
from export.training import Training  # noqa: E402
from tests.export.commands import ROOT, run_export  # noqa: E402


@pytest.fixture(scope="module")
def data(small_mnist: Path) -> TrainingData:
    """Return 240 digits and as many scribbles as go with them."""
    return build_training_data(small_mnist, None, seed=1)


def settings_for(small_mnist: Path, family: str = "cnn", epochs: int = 3) -> Settings:
    return Settings(
        family=family,
        hidden=(40,) if family == "perceptron" else (),
        activation="relu" if family == "perceptron" else "",
        data=str(small_mnist),
        drawings=None,
        epochs=epochs,
        seed=1,
        batch=32,
        learning_rate=3e-3,
        weight_decay=1e-2,
        label_smoothing=0.02,
        averaging=0.9,
        augmentation=1.0,
    )


def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    small_mnist: Path, data: TrainingData, tmp_path: Path
) -> None:
    """The best weights, history (but for the seconds) and checkpoint are equal bit for bit."""
    settings = settings_for(small_mnist)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    open_folder(whole, settings)
    train(settings, data, whole)
    open_folder(parts, settings)
    stop_after(2, settings, data, parts)
    train(settings, data, parts)
    for name in (BEST, CHECKPOINT):
        assert_same(load_tensors(whole, name), load_tensors(parts, name))


def stop_after(epochs: int, settings: Settings, data: TrainingData, folder: Path) -> None:
    """Train as `train` does until Ctrl-C comes in the middle of the next epoch."""
    run_epoch = Training.run_epoch

    def interrupted(training: Training) -> dict[str, object]:
        if training.epoch == epochs:
            raise KeyboardInterrupt
        return run_epoch(training)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "run_epoch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(settings, data, folder)


def assert_same(one: object, other: object) -> None:
    """Compare nested tensors and values exactly, whatever the clock said."""
    if isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys()
        for name in one.keys() - {"seconds"}:
            assert_same(one[name], other[name])
    elif isinstance(one, list):
        assert isinstance(other, list)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    else:
        assert one == other


@pytest.mark.parametrize("family", ["cnn", "perceptron"])
def test_a_network_learns_is_drawn_and_published(
    family: str, small_mnist: Path, data: TrainingData, tmp_path: Path
) -> None:
    run, models = tmp_path / "run", tmp_path / "models"
    settings = settings_for(small_mnist, family, epochs=8)
    open_folder(run, settings)
    train(settings, data, run)
    _, network, entry = load_best(run)
    assert entry["validation"]["mnist"]["accuracy"] > 0.5
    draw_plots(run, network, data)
    for name in ("curves.png", "confusion.png", "misclassified.png"):
        assert (run / name).read_bytes().startswith(b"\x89PNG")
    content, published = prepare(run, family, small_mnist, None)
    write_model(models, content, published, default=True)
    found = ModelRegistry.load(models).entry(family)
    assert found.version == found.sha256[:8]
    assert found.figures["mnist_test"]["drawings"] == 60
    assert found.figures["mnist_test"]["correct"] > 30
    assert found.trained["seed"] == 1


def test_a_run_is_not_overwritten_nor_resumed_with_other_settings(
    small_mnist: Path, tmp_path: Path
) -> None:
    settings = settings_for(small_mnist)
    check_folder(tmp_path, settings, resume=False)
    open_folder(tmp_path, settings)
    check_folder(tmp_path, settings, resume=True)
    with pytest.raises(UnusableRun, match="holds a run already"):
        check_folder(tmp_path, settings, resume=False)
    with pytest.raises(UnusableRun, match="begun with other settings"):
        check_folder(tmp_path, settings_for(small_mnist, epochs=4), resume=True)


def test_damaged_data_leave_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        (tmp_path / "data" / name).write_bytes(b"no IDX")
    run = tmp_path / "run"
    done = run_export("train", "cnn", "--data", str(tmp_path / "data"), "--out", str(run))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "train-images-idx3-ubyte" in done.stderr
    assert not run.exists()


def test_ctrl_c_and_resume_on_the_command_line(small_mnist: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = ["perceptron", "--hidden", "10", "--epochs", "100", "--batch", "512"]
    arguments += ["--data", str(small_mnist), "--out", str(run)]
    command = [sys.executable, "-m", "export.train", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as training:
        assert training.stdout is not None
        while not re.match(r"epoch +2/", training.stdout.readline()):
            assert training.poll() is None
        training.send_signal(signal.SIGINT)
        _, complaint = training.communicate(timeout=30)
    assert training.returncode == 130
    assert complaint == "error: interrupted; go on with --resume\n"
    epochs = len(json.loads((run / "history.json").read_bytes()))
    assert 2 <= epochs < 100
    again = run_export("train", *arguments)
    assert again.returncode == 2
    assert "add --resume" in again.stderr
    resumed = run_export("train", *arguments, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert f"epoch {epochs + 1:3d}/100" in resumed.stdout.splitlines()[1]
    assert len(json.loads((run / "history.json").read_bytes())) == 100


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["train", "perceptron", "--hidden", "0"], "'0' is not a whole number"),
        (["train", "perceptron", "--epochs", "no"], "'no' is not a whole number"),
        (["train", "perceptron", "--averaging", "1"], "is not at least 0 and below 1"),
        (["train", "perceptron", "--learning-rate", "nan"], "is not a number from 0 up"),
        (["train", "resnet"], "invalid choice"),
        (["publish", "nowhere"], "no settings.json"),
        (["train", "cnn", "--hidden", "40"], "a shape of its own"),
        (["onnx_export", "nowhere", "--out", "file.onnx"], "no settings.json"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    arguments: list[str], reason: str, tmp_path: Path
) -> None:
    if arguments[0] == "train":
        arguments = [*arguments, "--out", str(tmp_path / "run")]
    done = run_export(*arguments)
    assert done.returncode == 2
    assert reason in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["all", "", "a/b", "../cnn", "c n", "cn\u0303n", "a" * 65])
def test_a_name_that_requests_or_files_cannot_bear_is_refused(name: str) -> None:
    with pytest.raises(InvalidOption):
        checked_name(name)


def test_publishing_replaces_the_model_of_that_name_alone(tmp_path: Path) -> None:
    """Readers find, at every moment, a manifest whose files are there."""
    published = json.loads((MODELS_FOLDER / MANIFEST).read_bytes())["models"]
    first = published[0]
    content = (MODELS_FOLDER / first["file"]).read_bytes()
    write_model(tmp_path, content, {**first, "name": "a", "file": "a-1.onnx"}, default=False)
    write_model(tmp_path, content, {**first, "name": "b", "file": "b-1.onnx"}, default=True)
    write_model(tmp_path, content, {**first, "name": "a", "file": "a-2.onnx"}, default=False)
    registry = ModelRegistry.load(tmp_path)
    assert registry.names == ("b", "a")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a-2.onnx", "b-1.onnx", MANIFEST]
    for name in registry.names:
        assert registry.model(name).classes == 11


def test_a_training_goes_on_from_another_and_the_two_are_averaged(
    small_mnist: Path, data: TrainingData, tmp_path: Path
) -> None:
    first, second, mean = tmp_path / "first", tmp_path / "second", tmp_path / "mean"
    settings = settings_for(small_mnist, epochs=1)
    open_folder(first, settings)
    train(settings, data, first)
    further = replace(settings, start=str(first))
    open_folder(second, further)
    train(further, data, second)
    average([first, second], mean)
    states = [load_best(run)[1].state_dict() for run in (first, second, mean)]
    for name, value in states[2].items():
        if value.is_floating_point():
            torch.testing.assert_close(value, (states[0][name] + states[1][name]) / 2)
    with pytest.raises(UnusableRun):
        average([first, second], mean)  # never over a run that is there


def test_runs_of_different_networks_are_not_averaged(
    small_mnist: Path, data: TrainingData, tmp_path: Path
) -> None:
    for family in ("cnn", "perceptron"):
        settings = settings_for(small_mnist, family, epochs=1)
        open_folder(tmp_path / family, settings)
        train(settings, data, tmp_path / family)
    with pytest.raises(InvalidOption):
        average([tmp_path / "cnn", tmp_path / "perceptron"], tmp_path / "mean")
