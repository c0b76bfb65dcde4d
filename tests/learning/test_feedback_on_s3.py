"""Feedback while S3 fails: no second object, no false failure, no long wait."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import NotFound, StorageUnavailable
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.stores.s3 import S3Store
from chalicelib.stores.store import Store
from tests.learning.submissions import make_submission, records, stored

# A gateway gives up after 29 s, a person much earlier.
PATIENCE_S = 15.0  # of a busy machine; without a budget each operation would take that
PUTS = 3  # claim, picture, record


@pytest.fixture
def store(bucket: str) -> Store:
    return S3Store(bucket)


@pytest.mark.parametrize("lost", range(PUTS))
def test_a_lost_answer_makes_neither_a_failure_nor_a_second_object(
    s3: FaultyProxy, store: Store, lost: int
) -> None:
    s3.faults.extend([*[Fault.NONE] * lost, Fault.LOSE_ANSWER])
    receipt = FeedbackBook(store).submit(make_submission(key="key-of-1"))
    assert receipt.created
    assert not s3.faults
    contents = stored(store)
    assert [record["id"] for record in records(contents)] == [receipt.id]
    assert len(contents) == PUTS


def test_every_answer_lost_makes_one_object_all_the_same(s3: FaultyProxy, store: Store) -> None:
    lost_then_found = [Fault.LOSE_ANSWER, Fault.NONE, Fault.NONE]  # put, put (412), get
    s3.faults.extend([*lost_then_found, Fault.LOSE_ANSWER, Fault.NONE, *lost_then_found])
    receipt = FeedbackBook(store).submit(make_submission(key="key-of-1"))
    assert receipt.created
    assert not s3.faults
    assert [record["id"] for record in records(stored(store))] == [receipt.id]


def test_whatever_is_asked_of_an_s3_that_hangs_ends_in_time_and_can_be_repeated(
    s3: FaultyProxy, store: Store
) -> None:
    book = FeedbackBook(store)
    old = book.submit(make_submission(1, key="key-of-1")).receipt
    s3.faults.append(Fault.NONE)  # one of the three comes a step further
    s3.afterwards = Fault.HANG
    asked: list[Callable[[], object]] = [
        partial(book.submit, make_submission(2)),
        partial(book.submit, make_submission(3, key="key-of-3")),
        partial(book.withdraw, old),
    ]
    start_s = time.monotonic()
    with ThreadPoolExecutor(len(asked)) as pool:
        futures = [pool.submit(ask) for ask in asked]
        failures = [future.exception(timeout=2 * PATIENCE_S) for future in futures]
    assert time.monotonic() - start_s < PATIENCE_S
    assert [type(failure) for failure in failures] == [StorageUnavailable] * len(asked)
    s3.afterwards = Fault.NONE
    receipt = book.submit(make_submission(3, key="key-of-3"))
    assert receipt.created
    book.withdraw(old)
    assert [record["id"] for record in records(stored(store))] == [receipt.id]


def test_a_submission_to_a_slow_s3_ends_in_time(s3: FaultyProxy, store: Store) -> None:
    """Each first answer gets lost after a wait, so that every operation takes long."""
    s3.faults.extend([Fault.SWALLOW_ANSWER, Fault.NONE, Fault.NONE] * PUTS)
    start_s = time.monotonic()
    with pytest.raises(StorageUnavailable):
        FeedbackBook(store).submit(make_submission(key="key-of-1"))
    assert time.monotonic() - start_s < PATIENCE_S


@pytest.mark.parametrize("done", range(2, 8))
def test_a_withdrawal_that_broke_off_can_be_repeated(
    s3: FaultyProxy, store: Store, done: int
) -> None:
    """At first the record is read and the tombstone written, then the claim goes, then the rest."""
    book = FeedbackBook(store)
    receipt = book.submit(make_submission(key="key-of-1")).receipt
    s3.faults.extend([Fault.NONE] * done)
    s3.afterwards = Fault.ANSWER_503
    with pytest.raises(StorageUnavailable):
        book.withdraw(receipt)
    s3.afterwards = Fault.NONE
    later = book.submit(make_submission(key="key-of-1"))
    assert later.created
    with suppress(NotFound):  # where the repetition has completed it
        book.withdraw(receipt)
    assert [record["id"] for record in records(stored(store))] == [later.id]
    assert not book.submit(make_submission(key="key-of-1")).created, "its claim is still there"
    book.withdraw(later.receipt)
    assert stored(store) == {}
    with pytest.raises(NotFound):
        book.withdraw(receipt)


@pytest.mark.parametrize("done", range(10))
def test_a_withdrawal_of_which_no_answer_arrived_is_completed_by_its_repetition(
    s3: FaultyProxy, store: Store, done: int
) -> None:
    book = FeedbackBook(store)
    receipt = book.submit(make_submission()).receipt
    s3.faults.extend([Fault.NONE] * done)
    s3.afterwards = Fault.LOSE_ANSWER
    with suppress(StorageUnavailable):
        book.withdraw(receipt)
    s3.heal()
    with suppress(NotFound):  # where nothing but the answers was lost
        book.withdraw(receipt)
    assert stored(store) == {}
