"""Fixtures of the feedback's tests."""

import pytest

from bench.thinned import thinned
from chalicelib.recognition.registry import ModelRegistry
from tests.stores.places import bucket, location, s3, s3_client, s3_server, store

__all__ = ["bucket", "location", "s3", "s3_client", "s3_server", "store"]


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """Return the published perceptron alone with thinned sets: a round takes an instant."""
    return thinned(tmp_path_factory.mktemp("thinned") / "models")
