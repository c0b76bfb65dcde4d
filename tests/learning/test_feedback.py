"""Feedback from its submission to its withdrawal, against both kinds of store."""

import hashlib
import json
import multiprocessing
import re
import secrets
import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from chalicelib.errors import IdempotencyConflict, NotFound, StorageUnavailable
from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, claim_key
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Expected, Store
from tests.learning.submissions import make_submission, records, stored

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOLDER = "feedback/v1/status=quarantine/dt=2026-03-01"


@pytest.fixture
def book(store: Store) -> FeedbackBook:
    return FeedbackBook(store, now=lambda: NOON)


def only_record(store: Store) -> dict[str, Any]:
    (record,) = records(stored(store))
    return record


def move(store: Store, feedback_id: str, status: FeedbackStatus) -> None:
    """Give the feedback another status, as a later round will."""
    old = FeedbackPlace(FeedbackStatus.QUARANTINE, NOON.date(), feedback_id)
    new = FeedbackPlace(status, NOON.date(), feedback_id)
    for source, target in (
        (old.picture_key, new.picture_key),
        (old.record_key, new.record_key),
    ):
        blob = store.get(source)
        assert blob is not None
        store.put(target, blob.data)
        store.delete(source)


def test_feedback_lands_as_a_picture_and_a_record(store: Store, book: FeedbackBook) -> None:
    submission = make_submission(3)
    receipt = book.submit(submission)
    assert receipt.created
    contents = stored(store)
    assert set(contents) == {f"{FOLDER}/{receipt.id}.json", f"{FOLDER}/{receipt.id}.png"}
    assert contents[f"{FOLDER}/{receipt.id}.png"] == submission.picture_png
    record = json.loads(contents[f"{FOLDER}/{receipt.id}.json"])
    assert re.fullmatch("[0-9a-f]{64}", record.pop("receipt_sha256"))
    assert record == {
        "format": 2,
        "id": receipt.id,
        "time": "2026-03-01T12:00:00+00:00",
        "label": "7",
        "predicted": {"label": "1", "probability": 0.75, "model": "cnn", "version": "5f0c2a91"},
        "strokes": [[[1.0, 2.5], [3.0, 3.0]]],
        "model": "cnn",
        "version": "5f0c2a91",
        "normalisation": "1",
        "consent": "2",
        "claim": None,
        "source": None,
        "verdict": None,
    }


def test_the_label_is_in_no_key(store: Store, book: FeedbackBook) -> None:
    book.submit(make_submission(label="seven", key="key-of-1"))
    assert not [key for key in stored(store) if "seven" in key]


def test_a_receipt_fits_into_an_address_and_its_secret_is_not_stored(
    store: Store, book: FeedbackBook
) -> None:
    for key in (None, "a-key-of-the-sender"):
        receipt = book.submit(make_submission(key=key)).receipt
        assert re.fullmatch("[A-Za-z0-9_-]{20,100}", receipt)
        secret = receipt.split("-", 2)[2]
        for name, data in stored(store).items():
            assert secret not in name
            assert secret.encode() not in data
            assert b"a-key-of-the-sender" not in data


def test_without_a_key_the_same_feedback_twice_is_two(store: Store, book: FeedbackBook) -> None:
    first, second = book.submit(make_submission()), book.submit(make_submission())
    assert first.created
    assert second.created
    assert first.id != second.id
    assert first.receipt != second.receipt
    assert len(records(stored(store))) == 2


def test_the_same_key_and_body_again_give_the_same_receipt(
    store: Store, book: FeedbackBook
) -> None:
    first = book.submit(make_submission(key="key-of-1"))
    before = stored(store)
    tomorrow = FeedbackBook(store, now=lambda: NOON + timedelta(days=1))
    again = tomorrow.submit(make_submission(key="key-of-1"))
    assert again == Receipt(first.id, first.receipt, created=False)
    assert stored(store) == before


def test_the_same_key_with_another_body_is_a_conflict(store: Store, book: FeedbackBook) -> None:
    book.submit(make_submission(1, key="key-of-1"))
    before = stored(store)
    with pytest.raises(IdempotencyConflict):
        book.submit(make_submission(2, key="key-of-1"))
    assert stored(store) == before


def test_other_keys_are_other_feedback(store: Store, book: FeedbackBook) -> None:
    receipts = {book.submit(make_submission(key=f"key-of-{n}")).receipt for n in range(3)}
    assert len(receipts) == 3
    assert len(records(stored(store))) == 3


@pytest.mark.parametrize("left", ["the claim", "the claim and the picture"])
def test_a_repetition_completes_what_a_crash_broke_off(
    store: Store, book: FeedbackBook, left: str
) -> None:
    first = book.submit(make_submission(key="key-of-1"))
    store.delete(f"{FOLDER}/{first.id}.json")
    if left == "the claim":
        store.delete(f"{FOLDER}/{first.id}.png")
    tomorrow = FeedbackBook(store, now=lambda: NOON + timedelta(days=1))
    again = tomorrow.submit(make_submission(key="key-of-1"))
    assert again == Receipt(first.id, first.receipt, created=True)
    assert only_record(store)["time"] == NOON.isoformat()
    book.withdraw(first.receipt)
    assert stored(store) == {}


def test_a_repetition_does_not_bring_back_to_quarantine_what_has_left_it(
    store: Store, book: FeedbackBook
) -> None:
    first = book.submit(make_submission(key="key-of-1"))
    move(store, first.id, FeedbackStatus.REJECTED)
    before = stored(store)
    assert not book.submit(make_submission(key="key-of-1")).created
    assert stored(store) == before


def test_repetitions_at_the_same_moment_make_one(store: Store, book: FeedbackBook) -> None:
    receipts: list[Receipt] = []
    barrier = threading.Barrier(6)

    def submit() -> None:
        barrier.wait()
        receipts.append(book.submit(make_submission(key="key-of-1")))

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(receipt.id, receipt.receipt) for receipt in receipts}) == 1
    assert sorted(receipt.created for receipt in receipts) == [False] * 5 + [True]
    assert only_record(store)["id"] == receipts[0].id
    assert len(stored(store)) == 3, "a picture, a record and a claim"


def test_two_processes_with_the_same_keys_make_one_for_each(store: Store, location: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2, timeout=30)
    with ProcessPoolExecutor(2, context, wait_on, (barrier,)) as pool:
        first, second = pool.map(submit_keys, [location] * 2)
    assert [receipt.receipt for receipt in first] == [receipt.receipt for receipt in second]
    assert all(one.created != other.created for one, other in zip(first, second, strict=True))
    assert len(records(stored(store))) == len(first)


def wait_on(barrier: Barrier) -> None:
    """Hold a process back until all have started."""
    barrier.wait()


def submit_keys(location: str) -> list[Receipt]:
    """Submit the same ten keys as the other process does."""
    book = FeedbackBook(open_store(location))
    return [book.submit(make_submission(n, key=f"key-of-{n}")) for n in range(10)]


@pytest.mark.parametrize("status", list(FeedbackStatus))
def test_withdrawing_removes_everything_whatever_the_status(
    store: Store, book: FeedbackBook, status: FeedbackStatus
) -> None:
    kept = book.submit(make_submission(2, key="key-of-2"))
    before = stored(store)
    receipt = book.submit(make_submission(1, key="key-of-1"))
    if status is not FeedbackStatus.QUARANTINE:
        move(store, receipt.id, status)
    book.withdraw(receipt.receipt)
    assert stored(store) == before
    with pytest.raises(NotFound):
        book.withdraw(receipt.receipt)
    assert only_record(store)["id"] == kept.id


def test_after_its_withdrawal_the_same_request_is_new(store: Store, book: FeedbackBook) -> None:
    first = book.submit(make_submission(key="key-of-1"))
    book.withdraw(first.receipt)
    second = book.submit(make_submission(key="key-of-1"))
    assert second.created
    assert second.id != first.id
    with pytest.raises(NotFound):
        book.withdraw(first.receipt)
    assert only_record(store)["id"] == second.id


def test_only_the_exact_receipt_withdraws(store: Store, book: FeedbackBook) -> None:
    receipt = book.submit(make_submission()).receipt
    day, feedback_id, secret = receipt.split("-", 2)
    other = secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    wrong = [
        "",
        "receipt",
        feedback_id,
        receipt[:-1],
        receipt + "A",
        receipt + "\n",
        receipt.upper(),
        f"{day}-{feedback_id}-{other}",
        f"{day}-{feedback_id}-{digest[:43]}",
        f"{day}-{feedback_id}-{digest}",
        f"20260302-{feedback_id}-{secret}",
        f"20269999-{feedback_id}-{secret}",
        f"{day}-{'0' * 32}-{secret}",
        f"{day}-{'../' * 10}ab-{secret}",
        f"٢٠٢٦٠٣٠١-{feedback_id}-{secret}",
        "x" * 100_000,
    ]
    for text in wrong:
        with pytest.raises(NotFound):
            book.withdraw(text)
    assert len(stored(store)) == 2
    book.withdraw(receipt)
    assert stored(store) == {}


def test_a_sweep_removes_old_pictures_without_a_record_and_nothing_else(store: Store) -> None:
    book = FeedbackBook(store)
    kept = book.submit(make_submission(1, key="key-of-1"))
    day = datetime.now(UTC).date()
    broken = FeedbackPlace(FeedbackStatus.QUARANTINE, day, "f" * 32)
    beside = FeedbackPlace(FeedbackStatus.ACCEPTED, day, kept.id)
    unpictured = FeedbackPlace(FeedbackStatus.REJECTED, day, "0" * 32)
    store.put(broken.picture_key, b"half a submission")
    store.put(beside.picture_key, b"half a change of status")
    store.put(unpictured.record_key, b"{}")
    store.put("heads/v1/other.png", b"none of its business")
    whole = stored(store)
    assert book.sweep().pictures == 0, "an hour has not passed"
    assert stored(store) == whole
    soon = FeedbackBook(store, now=lambda: datetime.now(UTC) + timedelta(hours=1, seconds=5))
    assert soon.sweep().pictures == 2
    assert set(stored(store)) == set(whole) - {broken.picture_key, beside.picture_key}


def test_what_is_withdrawn_makes_room_for_its_tombstone_where_the_store_is_full(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = FeedbackBook(store).submit(make_submission(1, key="key-of-1")).receipt
    before, put = len(list(store.list())), store.put

    def put_where_there_is_room(
        key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING
    ) -> str:
        if len(list(store.list())) >= before:
            raise StorageUnavailable("put")
        return put(key, data, expected=expected)

    monkeypatch.setattr(store, "put", put_where_there_is_room)
    monkeypatch.setattr(store, "within", lambda _: store)
    FeedbackBook(store).withdraw(receipt)
    assert stored(store) == {}
    (tombstone,) = store.list()
    assert receipt.split("-")[1] in tombstone.key


def test_a_claim_holds_neither_the_key_nor_the_secret(store: Store, book: FeedbackBook) -> None:
    receipt = book.submit(make_submission(key="key-of-1"))
    claim = json.loads(stored(store)[claim_key("key-of-1")])
    assert set(claim) == {"body_sha256", "id", "time", "salt"}
    assert claim["id"] == receipt.id
    assert only_record(store)["claim"] == claim_key("key-of-1")
