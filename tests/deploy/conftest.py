"""Fixtures: the package that would be deployed, built once."""

from pathlib import Path

import pytest

from tests.stores.places import s3_client, s3_server
from tools.package.build import build_package

__all__ = ["package", "s3_client", "s3_server"]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package; a folder with deployment.zip and template.json."""
    folder = tmp_path_factory.mktemp("package")
    build_package(folder)
    return folder
