"""Feedback goes after 400 days, whatever became of it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from botocore.client import BaseClient

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.retention import RETENTION_DAYS, expire
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.store import Store
from tests.learning.submissions import make_submission, records, stored
from tests.stores.child import REPOSITORY

NOW = datetime.now(UTC)
TOO_OLD = RETENTION_DAYS + 1


def submit(store: Store, number: int, days_ago: int) -> str:
    book = FeedbackBook(store, lambda: NOW - timedelta(days=days_ago))
    return book.submit(make_submission(number, key=f"key-of-{number}")).id


@pytest.fixture
def kept(store: Store) -> str:
    """Fill the store with feedback of each status that is too old, and one that is not."""
    shelf = FeedbackShelf(store)
    for number, status in enumerate(reversed(FeedbackStatus)):
        submit(store, number, TOO_OLD)
        for filed in shelf.read_all(shelf.places(FeedbackStatus.QUARANTINE)):
            shelf.judge(filed, status, label="7", by="ann", reason="reviewed")
    return submit(store, 9, RETENTION_DAYS - 1)


def test_what_is_too_old_goes_in_every_status_and_nothing_else(store: Store, kept: str) -> None:
    assert len(records(stored(store))) == 4
    assert expire(store, NOW) == 6
    assert [record["id"] for record in records(stored(store))] == [kept]
    assert expire(store, NOW) == 0


def test_claims_and_tombstones_go_by_the_time_they_were_written(store: Store, kept: str) -> None:
    book = FeedbackBook(store)
    book.withdraw(book.submit(make_submission(5, key="key-of-5")).receipt)
    before = {listed.key for listed in store.list()}
    assert [key for key in before if kept in key]
    expire(store, NOW + timedelta(days=RETENTION_DAYS + 1))
    assert list(store.list()) == []


def test_a_sweep_expires_too(store: Store, kept: str) -> None:
    swept = FeedbackBook(store).sweep()
    assert swept.expired == 6
    assert [record["id"] for record in records(stored(store))] == [kept]


def run(location: str, *options: str) -> str:
    command = [sys.executable, "-m", "export.retention", "sweep", "--store", location, *options]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.mark.usefixtures("kept")
def test_the_command_says_what_goes_before_it_goes(store: Store, location: str) -> None:
    before = stored(store)
    said = "3 pieces of feedback, 3 pictures, 0 claims and tombstones"
    assert f"Older than 400 days, would be removed: {said}" in run(location, "--dry-run")
    assert stored(store) == before
    assert f"Older than 400 days, removed: {said}" in run(location)
    assert len(records(stored(store))) == 1
    assert "removed: 1 pieces of feedback" in run(location, "--days", "300")


def test_the_rule_for_buckets_is_one_that_s3_takes(bucket: str, s3_client: BaseClient) -> None:
    rule = json.loads((REPOSITORY / "docs/feedback-lifecycle.json").read_text())
    s3_client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rule)
    (found,) = s3_client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert found["Expiration"] == {"Days": RETENTION_DAYS}
    assert found["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
