"""What is gone from a stage's bucket is brought back, but for what its senders took back."""

import time
import uuid
from datetime import UTC, date, datetime

import boto3
import pytest
from botocore.client import BaseClient

from chalicelib.learning.keys import CURRENT_KEY, FeedbackPlace, FeedbackStatus, tombstone_key
from tests.stores.places import ENVIRONMENT
from tools.deploy.__main__ import _moment
from tools.deploy.aws import Account
from tools.deploy.errors import BadMoment, NothingToRecover
from tools.deploy.recover import recover
from tools.deploy.stage import Stage

STAGE = Stage("prod")
DAY = date(2026, 11, 21)
QUARANTINED = FeedbackPlace(FeedbackStatus.QUARANTINE, DAY, "a" * 32)
ACCEPTED = FeedbackPlace(FeedbackStatus.ACCEPTED, DAY, "a" * 32)
FEEDBACK = "feedback/v1/"
CLOCK_S = 1.1  # more than what S3 tells of a time


@pytest.fixture
def account(s3_server: str, s3_client: BaseClient, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Return an account in which the stage has an empty bucket that keeps versions."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    found = Account(boto3.session.Session(), "1" * 12, f"us-east-{uuid.uuid4().hex[:8]}")
    s3_client.create_bucket(Bucket=STAGE.feedback_bucket(found))
    s3_client.put_bucket_versioning(
        Bucket=STAGE.feedback_bucket(found), VersioningConfiguration={"Status": "Enabled"}
    )
    return found


class Bucket:
    """The stage's bucket, past the command."""

    def __init__(self, s3: BaseClient, name: str) -> None:
        self._s3, self._name = s3, name

    def put(self, key: str, data: bytes) -> datetime:
        """Put an object; return when it was put, by the server's clock, in whole seconds."""
        self._s3.put_object(Bucket=self._name, Key=key, Body=data)
        found: datetime = self._s3.head_object(Bucket=self._name, Key=key)["LastModified"]
        return found

    def delete(self, *keys: str) -> None:
        """Delete objects; their versions stay."""
        for key in keys:
            self._s3.delete_object(Bucket=self._name, Key=key)

    def all(self) -> dict[str, bytes]:
        """Return all that is there."""
        listed = self._s3.list_objects_v2(Bucket=self._name).get("Contents", ())
        return {
            each["Key"]: self._s3.get_object(Bucket=self._name, Key=each["Key"])["Body"].read()
            for each in listed
        }


@pytest.fixture
def bucket(account: Account, s3_client: BaseClient) -> Bucket:
    return Bucket(s3_client, STAGE.feedback_bucket(account))


def test_a_pointer_that_was_deleted_comes_back_as_it_was_last(
    account: Account, bucket: Bucket
) -> None:
    for data in (b"first", b"second"):
        bucket.put(CURRENT_KEY, data)
    bucket.delete(CURRENT_KEY)
    assert recover(account, STAGE, CURRENT_KEY, None) == 1
    assert bucket.all() == {CURRENT_KEY: b"second"}
    assert recover(account, STAGE, CURRENT_KEY, None) == 0, "twice does no harm"


def test_an_object_that_was_overwritten_comes_back_as_of_a_moment(
    account: Account, bucket: Bucket
) -> None:
    first = bucket.put(CURRENT_KEY, b"first")
    time.sleep(CLOCK_S)
    bucket.put(CURRENT_KEY, b"second")
    assert recover(account, STAGE, CURRENT_KEY, None) == 0, "it is there"
    assert recover(account, STAGE, CURRENT_KEY, first) == 1
    assert bucket.all() == {CURRENT_KEY: b"first"}


def test_a_folder_gets_back_what_is_gone_and_nothing_else_is_touched(
    account: Account, bucket: Bucket
) -> None:
    bucket.put("learning/v1/heads/a.json", b"gone")
    bucket.put("learning/v1/heads/b.json", b"old")
    bucket.put("learning/v1/heads/b.json", b"new")
    bucket.put("learning/v10/heads/a.json", b"other")
    bucket.delete("learning/v1/heads/a.json", "learning/v10/heads/a.json")
    assert recover(account, STAGE, "learning/v1/", None) == 1
    assert bucket.all() == {
        "learning/v1/heads/a.json": b"gone",
        "learning/v1/heads/b.json": b"new",
    }


def test_what_its_sender_withdrew_never_comes_back(
    account: Account, bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even where the tombstone is gone, too."""
    keys = (QUARANTINED.record_key, QUARANTINED.picture_key)
    for key in (*keys, tombstone_key(QUARANTINED.id)):
        bucket.put(key, b"{}")
    bucket.delete(*keys, tombstone_key(QUARANTINED.id))
    assert recover(account, STAGE, FEEDBACK, None) == 1
    assert bucket.all().keys() == {tombstone_key(QUARANTINED.id)}
    assert recover(account, STAGE, QUARANTINED.record_key, None) == 0
    assert "2 stay away, for their senders have withdrawn them." in capsys.readouterr().out


def test_feedback_that_was_moved_on_is_not_doubled(account: Account, bucket: Bucket) -> None:
    bucket.put(QUARANTINED.record_key, b"old")
    bucket.put(ACCEPTED.record_key, b"new")
    bucket.delete(QUARANTINED.record_key)
    assert recover(account, STAGE, FEEDBACK, None) == 0
    bucket.delete(ACCEPTED.record_key)
    assert recover(account, STAGE, ACCEPTED.record_key, None) == 1
    assert bucket.all() == {ACCEPTED.record_key: b"new"}


def test_what_was_never_there_is_said_so(account: Account) -> None:
    with pytest.raises(NothingToRecover, match="no/such cannot be brought back: inkling-prod"):
        recover(account, STAGE, "no/such", None)
    with pytest.raises(NothingToRecover, match="there is no bucket inkling-other-feedback-"):
        recover(account, Stage("other"), CURRENT_KEY, None)


def test_a_moment_is_read_as_utc_and_nonsense_is_refused() -> None:
    assert _moment("2026-11-21T12:00") == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert _moment("2026-11-21T13:00+01:00") == datetime(2026, 11, 21, 12, tzinfo=UTC)
    with pytest.raises(BadMoment, match="BEFORE='noon' is no time"):
        _moment("noon")
