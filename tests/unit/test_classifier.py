"""What opening a model leaves behind in the machine: nothing."""

import os
import subprocess
import sys
from pathlib import Path

from export.command import MODELS_FOLDER

ROOT = Path(__file__).resolve().parents[2]
OPEN = """
import sys
from pathlib import Path
from chalicelib.recognition.registry import ModelRegistry

registry = ModelRegistry.load(Path(sys.argv[1]))
for name in registry.names:
    registry.model(name)
"""


def test_onnxruntime_leaves_no_id_of_the_machine_and_no_reports(tmp_path: Path) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_"))}
    subprocess.run(
        [sys.executable, "-c", OPEN, MODELS_FOLDER],
        cwd=ROOT,
        env=kept | {"HOME": str(home), "TMPDIR": str(scratch)},
        check=True,
        timeout=60,
    )
    assert list(tmp_path.rglob("*")) == [home, scratch]
