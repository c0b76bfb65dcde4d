"""Fixtures of the feedback's tests."""

from datetime import UTC, datetime, timedelta

import pytest

from bench.thinned import thinned
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.store import Store
from tests.stores.places import bucket, location, s3, s3_client, s3_server, store

__all__ = ["bucket", "location", "s3", "s3_client", "s3_server", "store"]

LATER = timedelta(minutes=2)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """Return the published perceptron alone with thinned sets: a round takes an instant."""
    return thinned(tmp_path_factory.mktemp("thinned") / "models")


@pytest.fixture
def book(store: Store) -> FeedbackBook:
    return FeedbackBook(store)


@pytest.fixture
def shelf(store: Store) -> FeedbackShelf:
    return FeedbackShelf(store)


@pytest.fixture
def later(store: Store) -> FeedbackShelf:
    """Open it at a time when nobody can be at a move that began before."""
    return FeedbackShelf(store, lambda: datetime.now(UTC) + LATER)
