"""What the campaigns of the page share."""

import shutil
from pathlib import Path

import pytest

from tools.serve_page import FRONTEND


@pytest.fixture(scope="module")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the page, to be broken on purpose."""
    folder = tmp_path_factory.mktemp("page") / "frontend"
    shutil.copytree(FRONTEND, folder)
    return folder
