"""Commands that train say in one line that they need another environment."""

import subprocess
import sys

import pytest

from export.command import TRAINING_ONLY
from tests.export.commands import ROOT, run_export


@pytest.mark.parametrize("command", ["train", "publish", "onnx_export", "search", "fast"])
def test_without_pytorch_there_is_one_line_and_status_2(command: str) -> None:
    program = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({sorted(TRAINING_ONLY)})); "
        f"runpy.run_module('export.{command}', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.endswith("this needs the training environment: make train-env")


@pytest.mark.parametrize("command", ["evaluate", "show", "drawings"])
def test_what_does_not_train_runs_without_it(command: str) -> None:
    done = run_export(command, "--help")
    assert done.returncode == 0
    assert f"python -m export.{command}" in done.stdout
