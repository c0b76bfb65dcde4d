"""Fixtures of the API's tests: the app over each transport, and bodies to send."""

from pathlib import Path

import pytest

from app import app
from bench.transports import GatewayTransport, ServerTransport, TestClientTransport, Transport


@pytest.fixture
def feedback_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where this process keeps the feedback of one test."""
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "feedback"))
    return tmp_path / "feedback"


@pytest.fixture
def client(feedback_directory: Path) -> Transport:  # noqa: ARG001 - so that it is set
    """Return the app behind Chalice's test client."""
    return TestClientTransport(app)


@pytest.fixture(params=["test client", "gateway event", "chalice local"])
def api(request: pytest.FixtureRequest, feedback_directory: Path) -> Transport:  # noqa: ARG001 - so that it is set
    """Return the app behind each transport in turn."""
    if request.param == "test client":
        return TestClientTransport(app)
    if request.param == "gateway event":
        return GatewayTransport(app)
    server: ServerTransport = request.getfixturevalue("server")
    return server
