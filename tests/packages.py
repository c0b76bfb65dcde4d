"""Fixtures: the package that would be deployed, built once, and ready to run."""

import stat
import zipfile
from pathlib import Path

import pytest

from bench.emulator.worker import Function, make_runtime
from bench.workers import template_variables
from tools.package.build import build_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package; a folder with deployment.zip and template.json."""
    folder = tmp_path_factory.mktemp("package")
    build_package(folder)
    return folder


@pytest.fixture(scope="session")
def code(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the package where nothing may be written, as in Lambda."""
    folder = tmp_path_factory.mktemp("code")
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        packed.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(stat.S_IREAD | (stat.S_IEXEC if path.is_dir() else 0))
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what Lambda's runtime brings, boto3 included, and nothing else of this machine."""
    return make_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="session")
def variables(package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the template's own variables, and a folder for feedback."""
    feedback = str(tmp_path_factory.mktemp("store") / "feedback")
    return {**template_variables(package / "template.json"), "INKLING_FEEDBACK": feedback}


@pytest.fixture(scope="session")
def function(code: Path, runtime: Path, variables: dict[str, str]) -> Function:
    """Return the function; a cold start may take long on a busy machine."""
    return Function(code, runtime, variables=variables, timeout_s=60)
