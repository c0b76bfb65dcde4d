"""Moves that are killed, lose their store, or meet a withdrawal."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bench.mortal_store import Killed, MortalStore, die
from chalicelib.errors import NotFound, StorageUnavailable
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import WITHDRAWN
from chalicelib.learning.records import Verdict
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.store import Store
from tests.learning.shelves import ACCEPTED, MOVE_STEPS, QUARANTINE, counts, judge, only
from tests.learning.submissions import make_submission, stored

DECIDED = 3  # steps of a move, of which the last one decides it


@pytest.mark.parametrize("lives", range(MOVE_STEPS))
def test_a_kill_at_any_step_of_a_move_leaves_one_and_tidying_completes_it(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf, later: FeedbackShelf, lives: int
) -> None:
    book.submit(make_submission())
    filed = only(shelf)
    mortal = MortalStore(store, lives, die)
    with pytest.raises(Killed):
        judge(FeedbackShelf(mortal), filed)
    assert sum(counts(shelf)) == 1
    shelf.tidy()
    assert sum(counts(shelf)) == 1
    later.tidy()
    decided = lives > 2
    assert counts(shelf) == [not decided, decided, 0]
    assert only(shelf, ACCEPTED if decided else QUARANTINE).label == "7"
    FeedbackBook(store, lambda: datetime.now(UTC) + timedelta(hours=2)).sweep()
    assert len(stored(store)) == 2


def test_what_was_decided_by_a_clock_that_was_ahead_is_completed_all_the_same(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    book.submit(make_submission())
    ahead = FeedbackShelf(
        MortalStore(store, DECIDED, die), lambda: datetime.now(UTC) + timedelta(days=400)
    )
    with pytest.raises(Killed):
        judge(ahead, only(shelf))
    assert shelf.tidy() == 1
    assert counts(shelf) == [0, 1, 0]


def test_a_sweep_leaves_the_picture_to_which_a_move_is_bringing_its_record(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    book.submit(make_submission())
    in_two_hours = datetime.now(UTC) + timedelta(hours=2)
    with pytest.raises(Killed):
        judge(FeedbackShelf(MortalStore(store, DECIDED, die), lambda: in_two_hours), only(shelf))
    assert FeedbackBook(store, lambda: in_two_hours).sweep().pictures == 0
    assert FeedbackShelf(store, lambda: in_two_hours + timedelta(minutes=2)).tidy() == 1
    assert counts(shelf) == [0, 1, 0]
    assert len(stored(store)) == 2


def test_a_move_has_the_steps_that_the_tests_count(store: Store, book: FeedbackBook) -> None:
    book.submit(make_submission())
    mortal = MortalStore(store, -1, die)
    judge(FeedbackShelf(mortal), only(FeedbackShelf(store)))
    assert mortal.steps == MOVE_STEPS


@pytest.mark.parametrize("lives", range(MOVE_STEPS))
def test_what_is_withdrawn_during_a_move_does_not_come_back(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf, lives: int
) -> None:
    receipt = book.submit(make_submission(key="key-of-1"))
    filed = only(shelf)
    mortal = MortalStore(store, lives, lambda: book.withdraw(receipt.receipt))
    if lives <= 4:
        with pytest.raises(NotFound):
            judge(FeedbackShelf(mortal), filed)
    else:
        judge(FeedbackShelf(mortal), filed)
    assert stored(store) == {}
    assert counts(shelf) == [0, 0, 0]


@pytest.mark.parametrize("lives", range(3, MOVE_STEPS))
def test_what_is_withdrawn_after_a_mover_was_killed_is_gone_at_once(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf, lives: int
) -> None:
    receipt = book.submit(make_submission(key="key-of-1"))
    with pytest.raises(Killed):
        judge(FeedbackShelf(MortalStore(store, lives, die)), only(shelf))
    book.withdraw(receipt.receipt)
    assert stored(store) == {}


def test_a_mover_that_is_killed_after_a_withdrawal_leaves_nothing_that_counts(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    receipt = book.submit(make_submission())
    filed = only(shelf)
    before = stored(store)
    book.withdraw(receipt.receipt)
    for key, data in before.items():  # a put that was on its way
        store.put(key.replace("quarantine", "accepted"), data)
    assert counts(shelf) == [0, 0, 0]
    assert shelf.withdrawn() == {filed.record.id}
    assert shelf.tidy() == 1
    assert stored(store) == {}


def test_a_tombstone_says_nothing_but_which_and_when(store: Store, book: FeedbackBook) -> None:
    receipt = book.submit(make_submission())
    book.withdraw(receipt.receipt)
    (listed,) = store.list()
    blob = store.get(listed.key)
    assert blob is not None
    assert listed.key == f"{WITHDRAWN}{receipt.id}.json"
    assert set(json.loads(blob.data)) == {"format", "id", "time"}


def test_a_move_while_the_store_is_away_can_be_repeated(
    store: Store, book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    def refuse() -> None:
        raise StorageUnavailable("put")

    for lives in range(MOVE_STEPS):
        receipt = book.submit(make_submission(lives))
        filed = only(shelf)
        verdict = Verdict(
            status=ACCEPTED, label="7", by="a", reason="r", time="2026-03-01T12:00:00Z", revision=1
        )
        with pytest.raises(StorageUnavailable):
            FeedbackShelf(MortalStore(store, lives, refuse)).move(filed, verdict)
        shelf.move(filed, verdict)
        assert only(shelf, ACCEPTED).record.id == receipt.id
        book.withdraw(receipt.receipt)
        assert stored(store) == {}
