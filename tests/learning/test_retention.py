"""Feedback goes after 400 days, whatever became of it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from botocore.client import BaseClient

from chalicelib.learning.feedback import FeedbackBook, Swept
from chalicelib.learning.keys import CLOCK_KEY, FeedbackStatus
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


DAY = timedelta(days=1)
LEAP = timedelta(days=400)


def sweep_at(store: Store, time: datetime) -> Swept:
    return FeedbackBook(store, lambda: time).sweep()


def test_a_clock_that_leaps_ahead_lets_nothing_go(store: Store) -> None:
    """Nor does one that does so again after it was set back, at once or in a week."""
    book = FeedbackBook(store)
    receipt = book.submit(make_submission(1, key="key-of-1"))
    gone = book.submit(make_submission(2))
    book.withdraw(gone.receipt)
    before = {listed.key for listed in store.list()} | {CLOCK_KEY}
    for days in (0, 401, 0, 401, 405, 0, 401, 450, 0, -401, 0, 7, 408):
        swept = sweep_at(store, NOW + days * DAY)
        assert (swept.expired, swept.pictures) == (0, 0), days
    assert {listed.key for listed in store.list()} == before
    assert book.submit(make_submission(1, key="key-of-1")).receipt == receipt.receipt


@pytest.mark.usefixtures("kept")
def test_a_clock_that_leapt_and_ran_on_for_a_week_is_believed(store: Store) -> None:
    sweep_at(store, NOW - LEAP)
    assert sweep_at(store, NOW).expired == 0
    assert sweep_at(store, NOW + 6 * DAY).expired == 0
    assert sweep_at(store, NOW + 7 * DAY).expired == 8, "with what became too old meanwhile"


def test_a_store_that_nobody_swept_goes_by_its_newest_feedback(store: Store) -> None:
    submit(store, 1, days_ago=0)
    assert sweep_at(store, NOW + LEAP + DAY).expired == 0


@pytest.mark.parametrize("note", [b"", b"{}", b"[]", b'{"seen": 1, "since": 2}', b"\xff"])
@pytest.mark.usefixtures("kept")
def test_a_damaged_note_of_the_clock_is_as_none(store: Store, note: bytes) -> None:
    store.put(CLOCK_KEY, note)
    assert sweep_at(store, NOW).expired == 6
    assert sweep_at(store, NOW + DAY).expired == 0


@pytest.mark.usefixtures("kept")
def test_the_command_refuses_by_a_clock_that_leapt_until_somebody_trusts_it(
    store: Store, location: str
) -> None:
    sweep_at(store, NOW - LEAP)
    before = stored(store)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(location)
    assert refused.value.returncode == 2
    assert "--trust-clock" in refused.value.stderr
    assert stored(store) == before
    assert "removed: 3 pieces" in run(location, "--trust-clock")
    assert "removed: 0 pieces" in run(location)
