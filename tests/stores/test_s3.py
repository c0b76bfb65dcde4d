"""What the S3 store makes of a network and an S3 that fail."""

import itertools
import time
from collections.abc import Callable

import pytest
from botocore.client import BaseClient

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import StorageUnavailable
from chalicelib.stores.s3 import S3Store
from chalicelib.stores.store import Conflict, Expected
from tests.stores.child import run_child

PATIENCE_S = 30.0  # of a busy machine
PASSING = [
    Fault.REFUSE,
    Fault.ANSWER_503,
    Fault.ANSWER_409,
    Fault.LOSE_ANSWER,
    Fault.CUT_REQUEST,
    Fault.DAMAGE,
    Fault.ANSWER_EMPTY,
    Fault.ANSWER_PAGE,
    Fault.ANSWER_GARBAGE,
]


@pytest.fixture
def store(bucket: str) -> S3Store:
    return S3Store(bucket, "p/")


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_not_noticed(s3: FaultyProxy, store: S3Store, fault: Fault) -> None:
    s3.faults.append(fault)
    store.put("a", b"x", expected=Expected.NOTHING)
    s3.faults.append(fault)
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b"x"
    s3.faults.append(fault)
    assert [listed.key for listed in store.list()] == ["a"]
    s3.faults.append(fault)
    store.delete("a")
    assert store.get("a") is None
    assert not s3.faults


@pytest.mark.parametrize("fault", [Fault.IGNORE, Fault.DRIP])
def test_no_attempt_outlasts_its_time(s3: FaultyProxy, store: S3Store, fault: Fault) -> None:
    """Of an S3 that sends a byte now and then, and of one that does not say "go on" to a put."""
    store.put("a", b"x")
    s3.afterwards = fault
    start_s = time.monotonic()
    with pytest.raises(StorageUnavailable):
        store.put("a", b"y")
    assert time.monotonic() - start_s < 30, "the whole answer takes more than a minute"


@pytest.mark.parametrize("fault", [Fault.ANSWER_EMPTY, Fault.ANSWER_PAGE, Fault.ANSWER_301])
def test_a_success_that_is_not_s3s_is_none(s3: FaultyProxy, store: S3Store, fault: Fault) -> None:
    store.put("a", b"x")
    s3.afterwards = fault
    operations: list[Callable[[], object]] = [
        lambda: store.get("a"),
        lambda: store.put("a", b"y"),
        lambda: store.delete("a"),
        lambda: list(store.list()),
    ]
    for operation in operations:
        with pytest.raises(StorageUnavailable):
            operation()
    s3.afterwards = Fault.NONE
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b"x"
    assert not s3.followed


@pytest.mark.parametrize("at", range(0, 600, 40))
def test_an_answer_that_is_cut_anywhere_is_none(s3: FaultyProxy, store: S3Store, at: int) -> None:
    """Also among its headers, where http.client takes what came for all of them."""
    tag = store.put("a", b"x" * 200)
    s3.cuts = itertools.repeat(at)
    s3.faults.append(Fault.CUT_AT)
    blob = store.get("a")
    assert blob is not None
    assert (blob.data, blob.tag) == (b"x" * 200, tag)
    s3.faults.append(Fault.CUT_AT)
    assert store.put("a", b"x" * 200) == tag


def test_what_was_damaged_on_its_way_is_never_stored_or_read(
    s3: FaultyProxy, store: S3Store
) -> None:
    store.put("a", b"x")
    s3.afterwards = Fault.DAMAGE
    with pytest.raises(StorageUnavailable):
        store.get("a")
    with pytest.raises(StorageUnavailable):
        store.put("a", b"y")
    s3.afterwards = Fault.NONE
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b"x"


def test_half_an_answer_is_never_taken_for_the_whole(s3: FaultyProxy, store: S3Store) -> None:
    data = bytes(range(256)) * 1000
    store.put("a", data)
    s3.faults.extend([Fault.CUT_ANSWER, Fault.CUT_ANSWER])
    blob = store.get("a")
    assert blob is not None
    assert blob.data == data
    s3.afterwards = Fault.CUT_ANSWER
    with pytest.raises(StorageUnavailable):
        store.get("a")


def test_a_put_whose_answer_is_lost_has_succeeded(s3: FaultyProxy, store: S3Store) -> None:
    s3.faults.append(Fault.LOSE_ANSWER)
    first = store.put("a", b"1", expected=Expected.NOTHING)
    s3.faults.append(Fault.SWALLOW_ANSWER)
    second = store.put("a", b"2", expected=first)
    blob = store.get("a")
    assert blob is not None
    assert (blob.data, blob.tag) == (b"2", second)
    methods = [request.split()[0] for request in s3.requests]
    assert methods == ["PUT", "PUT", "GET"] * 2 + ["GET"], "each lost answer was looked up"


def test_a_put_that_was_lost_before_it_arrived_still_conflicts_with_what_others_wrote(
    s3: FaultyProxy, store: S3Store
) -> None:
    store.put("a", b"theirs")
    s3.faults.append(Fault.REFUSE)
    with pytest.raises(Conflict):
        store.put("a", b"ours", expected=Expected.NOTHING)
    blob = store.get("a")
    assert blob is not None
    assert blob.data == b"theirs"


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.ANSWER_500])
def test_a_fault_that_stays_is_told_after_three_attempts(
    s3: FaultyProxy, store: S3Store, fault: Fault
) -> None:
    s3.afterwards = fault
    start_s = time.monotonic()
    with pytest.raises(StorageUnavailable) as failure:
        store.get("a")
    assert failure.value.operation == "get"
    assert len(s3.requests) == 3
    assert time.monotonic() - start_s < PATIENCE_S


def test_access_denied_is_told_at_once(
    s3: FaultyProxy, store: S3Store, caplog: pytest.LogCaptureFixture
) -> None:
    s3.faults.append(Fault.ANSWER_403)
    with pytest.raises(StorageUnavailable):
        store.put("a/b", b"x")
    assert len(s3.requests) == 1
    assert "Could not put a/b" in caplog.text
    assert "AccessDenied" in caplog.text


def test_a_bucket_that_is_not_there_is_a_storage_failure(s3: FaultyProxy) -> None:
    store = S3Store("no-such-bucket")
    with pytest.raises(StorageUnavailable):
        store.get("a")
    with pytest.raises(StorageUnavailable):
        store.put("a", b"x", expected=Expected.NOTHING)
    with pytest.raises(StorageUnavailable):
        store.delete("a")
    with pytest.raises(StorageUnavailable):
        list(store.list())
    assert len(s3.requests) == 4


def test_operations_within_a_budget_share_it(s3: FaultyProxy, store: S3Store) -> None:
    limited = store.within(0.5)
    limited.put("a", b"x")
    time.sleep(0.5)
    asked = len(s3.requests)
    with pytest.raises(StorageUnavailable):
        limited.get("a")
    assert len(s3.requests) == asked, "it asked after its time"
    assert store.get("a") is not None


def test_nobody_listening_is_told_soon(s3: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.server_close()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3.url)
    start_s = time.monotonic()
    with pytest.raises(StorageUnavailable):
        S3Store("bucket").get("a")
    assert time.monotonic() - start_s < PATIENCE_S


def test_missing_credentials_are_a_storage_failure(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StorageUnavailable):
        store.get("a")


def test_a_listing_goes_on_over_all_pages(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    keys = [f"a/{number}" for number in range(8)]
    for key in keys:
        store.put(key, b"")
    assert [listed.key for listed in store.list("a/")] == keys


def test_an_object_has_its_content_type_and_stays_under_the_prefix(
    s3_client: BaseClient, bucket: str, store: S3Store
) -> None:
    store.put("a.png", b"x")
    store.put("a.json", b"{}")
    store.put("a.bin", b"x")
    objects = s3_client.list_objects_v2(Bucket=bucket)["Contents"]
    types = {
        item["Key"]: s3_client.head_object(Bucket=bucket, Key=item["Key"])["ContentType"]
        for item in objects
    }
    assert types == {
        "p/a.png": "image/png",
        "p/a.json": "application/json",
        "p/a.bin": "application/octet-stream",
    }


def test_boto3_is_not_imported_before_the_first_operation() -> None:
    """It costs a cold start a fifth of a second."""
    program = (
        "import sys\n"
        "from chalicelib.learning.feedback import FeedbackBook\n"
        "from chalicelib.stores.open import open_store\n"
        "FeedbackBook(open_store('s3://bucket/prefix'))\n"
        "print([name for name in ('boto3', 'botocore') if name in sys.modules])\n"
    )
    done = run_child(program)
    assert done.stdout == "[]\n", done.stderr
