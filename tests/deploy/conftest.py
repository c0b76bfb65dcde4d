"""Fixtures: what Chalice packages for the stack, and an S3 server."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stores.places import s3_client, s3_server
from tools.package.build import ROOT

__all__ = ["s3_client", "s3_server"]


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the template that Chalice packages for the stack."""
    return _template(tmp_path_factory.mktemp("packaged"), "stack")


@pytest.fixture(scope="session")
def packaged_dev(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the template of what plain `chalice deploy --stage dev` makes."""
    return _template(tmp_path_factory.mktemp("packaged-dev"), "dev")


def _template(folder: Path, stage: str) -> dict[str, Any]:
    """Package without the libraries, to save time."""
    ignore = shutil.ignore_patterns("__pycache__", "deployments", "models")
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "app.py", folder)
    (folder / "requirements.txt").touch()
    subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage, "out"],
        cwd=folder,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads((folder / "out" / "sam.json").read_text())
    return found
