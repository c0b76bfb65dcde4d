"""Two processes train as one does, the same way each time, and end together with one line."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the training environment: make train-env")

from export.ranks import Ranks  # noqa: E402
from export.run_folder import BEST, CHECKPOINT, load_tensors  # noqa: E402
from tests.export.commands import ROOT, run_export  # noqa: E402
from tests.export.rank_worker import weights_after  # noqa: E402
from tests.export.test_train import assert_same  # noqa: E402

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
DEADLINE_S = 120
EPOCHS = 40
# Sums of two halves are rounded otherwise than sums of the whole; 3e-8 were measured.
TOLERANCE = 1e-6


def torchrun(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module in two processes and return how they ended."""
    return subprocess.run(
        [*TORCHRUN, "-m", module, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip


def told(stderr: str) -> list[str]:
    """Return the lines that are ours, not torchrun's."""
    return [line for line in stderr.splitlines() if line.startswith("error:")]


def options(small_mnist: Path, run: Path) -> list[str]:
    network = ["perceptron", "--hidden", "10", "--batch", "64", "--epochs", str(EPOCHS)]
    return [*network, "--data", str(small_mnist), "--out", str(run)]


@pytest.fixture(scope="module")
def undisturbed(small_mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of two processes that nobody disturbed."""
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    done = torchrun("export.train", *options(small_mnist, run))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"epoch {EPOCHS:3d}/{EPOCHS}") == 1, "one process prints"
    return run


@pytest.mark.parametrize("size", [1, 3, 4, 7, 64, 65])
def test_the_shares_of_a_batch_make_its_mean(size: int) -> None:
    batch = torch.arange(size, dtype=torch.float64)
    shares = [Ranks(rank, 2).share(size) for rank in range(2)]
    assert all(len(batch[rows]) >= min(2, size) for rows, _ in shares)
    mean = sum(weight * batch[rows].mean() for rows, weight in shares)
    torch.testing.assert_close(mean, batch.mean())


def test_two_processes_reach_what_one_reaches(small_mnist: Path, tmp_path: Path) -> None:
    done = torchrun("tests.export.rank_worker", "perceptron", str(small_mnist), str(tmp_path))
    assert done.returncode == 0, done.stderr
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2))
    assert_same(first, second)
    alone = weights_after(small_mnist, "perceptron", Ranks())
    for name, value in alone.items():
        torch.testing.assert_close(first[name], value, atol=TOLERANCE, rtol=0)


def test_all_processes_hold_the_same_network_batch_norm_and_all(
    small_mnist: Path, tmp_path: Path
) -> None:
    done = torchrun("tests.export.rank_worker", "cnn", str(small_mnist), str(tmp_path))
    assert done.returncode == 0, done.stderr
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2))
    assert_same(first, second)
    assert any("running_mean" in name for name in first)


def test_what_fails_in_one_process_ends_all_with_one_line(
    small_mnist: Path, tmp_path: Path
) -> None:
    done = torchrun("tests.export.rank_worker", "fail", str(small_mnist), str(tmp_path))
    assert done.returncode != 0
    assert len(told(done.stderr)) == 1
    assert "no data on this machine" in told(done.stderr)[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ended", ["the first", "the last", "by Ctrl-C"])
def test_a_process_that_dies_ends_all_with_one_line_and_the_run_goes_on(
    ended: str, small_mnist: Path, undisturbed: Path, tmp_path: Path
) -> None:
    """It ends with the very weights of a run that nobody disturbed."""
    arguments = options(small_mnist, tmp_path / "run")
    command = [*TORCHRUN, "-m", "export.train", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as training:
        assert training.stdout is not None
        while not re.match(r"epoch +2/", training.stdout.readline()):
            assert training.poll() is None
        if ended == "by Ctrl-C":
            training.send_signal(signal.SIGINT)
        else:
            os.kill(process_of(training.pid, 0 if ended == "the first" else 1), signal.SIGKILL)
        _, complaint = training.communicate(timeout=DEADLINE_S)
    assert training.returncode != 0
    (line,) = told(complaint)
    assert "go on with --resume" in line
    done = torchrun("export.train", *arguments, "--resume")
    assert done.returncode == 0, done.stderr
    for name in (BEST, CHECKPOINT):
        assert_same(load_tensors(tmp_path / "run", name), load_tensors(undisturbed, name))


def test_a_run_of_two_processes_does_not_go_on_as_one(small_mnist: Path, undisturbed: Path) -> None:
    alone = run_export("train", *options(small_mnist, undisturbed), "--resume")
    assert alone.returncode == 2
    assert "begun with other settings" in alone.stderr


def process_of(parent: int, rank: int) -> int:
    """Return the process of that rank that torchrun started."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for child in children.read_text().split():
            if f"\0RANK={rank}\0" in Path(f"/proc/{child}/environ").read_text():
                return int(child)
    raise AssertionError(f"no process of rank {rank}")


def test_a_folder_that_holds_a_run_is_refused_with_one_line(
    small_mnist: Path, undisturbed: Path
) -> None:
    again = torchrun("export.train", *options(small_mnist, undisturbed))
    assert again.returncode != 0
    (line,) = told(again.stderr)
    assert "add --resume" in line
