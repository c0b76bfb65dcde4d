"""Commands say in one line what keeps them: another environment, or Ctrl-C at any moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

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


INTERRUPT = """
import signal, sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == "chalicelib.learning.pointer":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
"""


@pytest.mark.parametrize("ignored", [False, True])
def test_ctrl_c_while_a_command_imports_is_one_line(tmp_path: Path, *, ignored: bool) -> None:
    """Where a shell has it ignored, as for what runs behind it, it goes on being so."""
    (tmp_path / "sitecustomize.py").write_text(INTERRUPT)
    handler = signal.SIG_IGN if ignored else signal.SIG_DFL
    done = subprocess.run(
        [sys.executable, "-m", "export.heads", "show", "--store", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),
    )
    if ignored:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert (done.returncode, done.stderr) == (-signal.SIGINT, "error: interrupted\n")
