"""What tests of several folders share: one browser, one package, one `chalice local`."""

import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.packages import code, function, package, runtime, variables

if TYPE_CHECKING:  # the training environment has neither Playwright nor Chalice
    from playwright.sync_api import Browser

    from bench.transports import ServerTransport

__all__ = ["code", "function", "package", "runtime", "variables"]


def pytest_configure() -> None:
    """Let tests interrupt what they start, also behind a shell's `&`, which ignores interrupts.

    And let byte code be kept, whatever the shell says: tests start hundreds of processes, each of
    which would compile anew all that it imports.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # Threads of PyTorch that wait for one another by spinning take a busy machine twenty times as
    # long as those that sleep.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Return one Chromium for all tests; those that want it fail where there is none."""
    from bench.chromium import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["ServerTransport"]:
    """Return the app behind one `chalice local` for all tests."""
    from bench.transports import chalice_local

    with chalice_local(tmp_path_factory.mktemp("server")) as transport:
        yield transport
