"""What the tests of export share: a small MNIST, the real one where it is, an HTTP server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.file_server import FileServer
from tests.export.small_data import draw_digits, write_mnist

REAL_MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(scope="session")
def small_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 300 train and 60 test digits in MNIST's files."""
    folder = tmp_path_factory.mktemp("mnist")
    write_mnist(folder, draw_digits(300, seed=1), draw_digits(60, seed=2))
    return folder


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """Return the folder of the real MNIST, or skip."""
    if not REAL_MNIST.is_dir():
        pytest.skip("needs MNIST in ../shared/data/mnist")
    return REAL_MNIST


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    """Run a file server on a free port of this machine."""
    with FileServer() as server:
        yield server
