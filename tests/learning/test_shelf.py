"""Feedback that is judged is moved whole or not at all, by one of several, never once withdrawn."""

import json
import threading
from dataclasses import replace

import pytest

from bench.mortal_store import MortalStore
from chalicelib.errors import NotFound
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.records import Verdict
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.store import Store
from tests.learning.shelves import ACCEPTED, QUARANTINE, REJECTED, counts, judge, only
from tests.learning.submissions import make_submission, records, stored

NEW = ("source", "verdict")  # what records of the first format did not have


def test_a_move_takes_picture_and_record_along_with_the_verdict(
    store: Store, shelf: FeedbackShelf, book: FeedbackBook
) -> None:
    receipt = book.submit(make_submission(3))
    filed = only(shelf)
    moved = shelf.judge(filed, ACCEPTED, label="1", by="ann", reason="relabelled")
    assert only(shelf, ACCEPTED) == moved
    assert counts(shelf) == [0, 1, 0]
    (record,) = records(stored(store))
    assert len(stored(store)) == 2
    assert record["id"] == receipt.id
    assert (record["label"], record["verdict"]["label"], moved.label) == ("7", "1", "1")
    assert record["verdict"]["revision"] == 1
    assert moved.picture_png == filed.picture_png


def test_it_can_be_moved_back_again_and_again(shelf: FeedbackShelf, book: FeedbackBook) -> None:
    book.submit(make_submission())
    filed = only(shelf)
    for revision, status in enumerate([REJECTED, QUARANTINE, ACCEPTED, QUARANTINE], start=1):
        filed = judge(shelf, filed, status)
        assert filed.revision == revision
        assert only(shelf, status) == filed
    assert counts(shelf) == [1, 0, 0]


def test_a_new_label_leaves_it_where_it_is(shelf: FeedbackShelf, book: FeedbackBook) -> None:
    book.submit(make_submission())
    accepted = judge(shelf, only(shelf))
    shelf.judge(accepted, ACCEPTED, label=None, by="bob", reason="relabelled")
    assert only(shelf, ACCEPTED).label is None
    with pytest.raises(NotFound):
        judge(shelf, accepted, REJECTED)


def test_a_move_on_what_another_has_judged_meanwhile_changes_nothing(
    store: Store, shelf: FeedbackShelf, book: FeedbackBook
) -> None:
    book.submit(make_submission())
    filed = only(shelf)
    judge(shelf, filed, REJECTED)
    for status in FeedbackStatus:
        with pytest.raises(NotFound):
            shelf.judge(filed, status, label="1", by="bob", reason="reviewed")
    assert counts(shelf) == [0, 0, 1]
    assert [record["verdict"]["by"] for record in records(stored(store))] == ["ann"]


def test_of_movers_at_the_same_moment_one_succeeds(
    shelf: FeedbackShelf, book: FeedbackBook, later: FeedbackShelf
) -> None:
    book.submit(make_submission())
    filed = only(shelf)
    done: list[str] = []
    barrier = threading.Barrier(6)

    def move(number: int) -> None:
        barrier.wait()
        try:
            status = (ACCEPTED, REJECTED)[number % 2]
            done.append(shelf.judge(filed, status, label="7", by=f"{number}", reason="r").place.id)
        except NotFound:
            pass

    threads = [threading.Thread(target=move, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    later.tidy()
    assert sum(counts(shelf)) == 1


def test_the_same_verdict_may_be_repeated_when_its_answer_was_lost(
    shelf: FeedbackShelf, book: FeedbackBook
) -> None:
    book.submit(make_submission())
    filed = only(shelf)
    verdict = Verdict(
        status=REJECTED, label="7", by="ann", reason="r", time="2026-03-01T12:00:00Z", revision=1
    )
    assert shelf.move(filed, verdict) == shelf.move(filed, verdict)
    with pytest.raises(ValueError, match="revision 3"):
        shelf.move(filed, replace(verdict, revision=3))


def test_a_repetition_that_loses_against_withdrawal_is_new(store: Store) -> None:
    """The first request stalls before it writes; its repetition was stored and withdrawn."""
    quick = FeedbackBook(store)

    def overtake() -> None:
        quick.withdraw(quick.submit(make_submission(key="key-of-1")).receipt)

    slow = FeedbackBook(MortalStore(store, 2, overtake))
    receipt = slow.submit(make_submission(key="key-of-1"))
    assert [record["id"] for record in records(stored(store))] == [receipt.id]
    quick.withdraw(receipt.receipt)
    assert stored(store) == {}


def test_feedback_of_the_first_format_is_read_and_moved(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    book.submit(make_submission())
    (place,) = shelf.places(QUARANTINE)
    blob = store.get(place.record_key)
    assert blob is not None
    old = json.loads(blob.data) | {"format": 1}
    store.put(place.record_key, json.dumps({n: old[n] for n in old if n not in NEW}).encode())
    filed = only(shelf)
    assert (filed.record.source, filed.record.verdict, filed.revision) == (None, None, 0)
    assert judge(shelf, filed).revision == 1
