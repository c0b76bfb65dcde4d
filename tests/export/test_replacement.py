"""A published model is replaced only by one that is worse nowhere that matters, or by order."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from chalicelib.learning.anchors import anchors_of, load_anchors  # noqa: E402
from chalicelib.recognition.manifest import MANIFEST  # noqa: E402
from chalicelib.recognition.registry import ModelRegistry  # noqa: E402
from export.datasets import (  # noqa: E402
    FEEDBACK,
    Examples,
    TrainingData,
    build_training_data,
    build_validation,
)
from export.replacement import Contender, judge_replacement  # noqa: E402
from export.run_folder import load_best, open_folder, save_tensors  # noqa: E402
from export.train import train  # noqa: E402
from tests.export.commands import run_export  # noqa: E402
from tests.export.test_train import settings_for  # noqa: E402


@pytest.fixture(scope="module")
def runs(small_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a trained run, `good`, and the same run spoiled, `bad`."""
    folder = tmp_path_factory.mktemp("runs")
    data: TrainingData = build_training_data(small_mnist, None, seed=1)
    settings = settings_for(small_mnist, "perceptron", epochs=6)
    for name in ("good", "bad"):
        open_folder(folder / name, settings)
        train(settings, data, folder / name)
    _, network, entry = load_best(folder / "bad")
    weights = network.state_dict()
    weights["head.bias"][7] -= 6  # it takes its 7s for something else
    save_tensors(folder / "bad" / "best.pt", {"weights": weights, "entry": entry})
    return folder


def published(folder: Path, run: Path, *options: str) -> tuple[int, str, str]:
    done = run_export("publish", str(run), "--models", str(folder), *options)
    return done.returncode, done.stdout, done.stderr


def test_a_worse_model_is_refused_with_reasons_unless_it_is_forced(
    runs: Path, tmp_path: Path
) -> None:
    status, told, complaint = published(tmp_path, runs / "good")
    assert (status, complaint) == (0, "")
    assert "gold" not in told, "the first one of a name has nothing to be held against"
    before = (tmp_path / MANIFEST).read_bytes()
    version = ModelRegistry.load(tmp_path).entry("perceptron").version
    status, told, complaint = published(tmp_path, runs / "bad")
    assert status == 2
    assert f"perceptron {version} stays published: the new model fails gold_overall" in complaint
    assert len(complaint.splitlines()) == 1
    assert "REFUSED  gold, class by class: 7 -" in told
    assert (tmp_path / MANIFEST).read_bytes() == before
    status, _, complaint = published(tmp_path, runs / "bad", "--force", "the 7s are wrong labels")
    assert (status, complaint) == (0, "")
    (entry,) = json.loads((tmp_path / MANIFEST).read_bytes())["models"]
    assert entry["gate"]["against"] == version
    assert entry["gate"]["forced"] == "the 7s are wrong labels"
    assert not entry["gate"]["passed"]
    status, _, _ = published(tmp_path, runs / "good")
    assert status == 0, "a better one needs no force"
    (entry,) = json.loads((tmp_path / MANIFEST).read_bytes())["models"]
    assert entry["gate"]["passed"]
    assert "forced" not in entry["gate"]


def test_beside_the_published_model_a_new_one_is_its_candidate(runs: Path, tmp_path: Path) -> None:
    """Judged like any other; a plain publication under the name lets it go."""
    status, _, complaint = published(tmp_path, runs / "good", "--beside")
    assert (status, "manifest.json: cannot be read" in complaint) == (2, True)
    assert list(tmp_path.iterdir()) == []
    assert published(tmp_path, runs / "good")[0] == 0
    live = ModelRegistry.load(tmp_path).entry("perceptron").version
    status, told, complaint = published(tmp_path, runs / "bad", "--beside")
    assert status == 2
    assert "REFUSED" in told
    assert "stays published" in complaint
    status, _, complaint = published(tmp_path, runs / "good", "--beside")
    assert (status, f"{live} is published already" in complaint) == (2, True)
    assert published(tmp_path, runs / "bad", "--beside", "--force", "to try it")[0] == 0
    registry = ModelRegistry.load(tmp_path)
    candidate = registry.candidates["perceptron"]
    assert registry.entry("perceptron").version == live != candidate.version
    assert registry.network(candidate).classes == 11
    assert [len(anchors.targets) for anchors in anchors_of(registry, candidate)] == [
        len(anchors.targets) for anchors in load_anchors(registry, "perceptron")
    ]
    status, told, _ = published(tmp_path, runs / "bad", "--force", "for good")
    assert status == 0
    assert f"The candidate {candidate.version} went with" in told
    registry = ModelRegistry.load(tmp_path)
    assert registry.entry("perceptron") == candidate
    assert registry.candidates == {}
    assert not any(live in path.name for path in tmp_path.iterdir())


@pytest.fixture(scope="module")
def contenders(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Contender, Contender]:
    """Return the good and the bad model, each published in a folder of its own."""
    made = []
    for name in ("good", "bad"):
        folder = tmp_path_factory.mktemp(name)
        assert published(folder, runs / name)[0] == 0
        registry = ModelRegistry.load(folder)
        made.append(Contender(registry.entry("perceptron"), registry.model("perceptron")))
    return made[0], made[1]


def refusals(old: Contender, new: Contender, gold: dict[str, Examples]) -> set[str]:
    judgement = judge_replacement(old, new, gold, {})
    return {check.name for check in judgement.checks if not check.passed}


def test_what_is_lost_of_held_out_feedback_speaks_against_a_model(
    contenders: tuple[Contender, Contender], small_mnist: Path
) -> None:
    good, bad = contenders
    gold = build_validation(small_mnist, None)
    digits, sevens = gold["mnist"], np.repeat(np.flatnonzero(gold["mnist"].targets == 7), 3)
    held_out = {FEEDBACK: Examples(digits.pictures[sevens], digits.targets[sevens])}
    assert judge_replacement(good, good, gold, held_out).promoted
    judged = judge_replacement(good, bad, gold, held_out)
    assert "held_out_not_worse" in {check.name for check in judged.checks if not check.passed}


def test_less_gold_than_the_published_model_had_is_no_judge(
    contenders: tuple[Contender, Contender], small_mnist: Path
) -> None:
    good, _ = contenders
    gold = build_validation(small_mnist, None)
    assert refusals(good, good, gold) == set()
    assert refusals(good, good, {"mnist": gold["mnist"]}) == {"gold_size"}


def test_models_of_other_labels_cannot_be_compared(
    contenders: tuple[Contender, Contender], small_mnist: Path
) -> None:
    good, _ = contenders
    letters = Contender(good.entry._replace(labels=tuple("abcdefghij")), good.classifier)
    assert refusals(good, letters, build_validation(small_mnist, None)) == {"labels"}
