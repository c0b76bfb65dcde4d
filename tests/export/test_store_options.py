"""The option that names a store."""

from pathlib import Path

import pytest

from tests.export.commands import run_export


@pytest.mark.parametrize(
    "command",
    ["adapt", "heads show", "heads freeze", "rollout status", "retention sweep"],
)
def test_a_mistyped_folder_is_told_and_not_made(command: str, tmp_path: Path) -> None:
    mistyped = tmp_path / "fedback"
    done = run_export(*command.split(), "--store", str(mistyped))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: there is no folder {mistyped}; --store names")
    assert not mistyped.exists()
