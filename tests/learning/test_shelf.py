"""Feedback that is judged is moved whole or not at all, by one of several, never once withdrawn."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bench.mortal_store import Killed, MortalStore, die
from chalicelib.errors import NotFound, StorageUnavailable
from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import WITHDRAWN, FeedbackPlace, FeedbackStatus
from chalicelib.learning.records import Verdict
from chalicelib.learning.shelf import FeedbackShelf, Filed
from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from chalicelib.recognition.png import encode_picture
from chalicelib.stores.store import Store
from tests.learning.submissions import make_submission, records, stored

QUARANTINE, ACCEPTED, REJECTED = FeedbackStatus
LATER = timedelta(minutes=2)


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


def only(shelf: FeedbackShelf, status: FeedbackStatus = QUARANTINE) -> Filed:
    (place,) = shelf.places(status)
    filed = shelf.read(place)
    assert filed is not None
    return filed


def judge(shelf: FeedbackShelf, filed: Filed, status: FeedbackStatus = ACCEPTED) -> Filed:
    return shelf.judge(filed, status, label=filed.label, by="ann", reason="reviewed")


def counts(shelf: FeedbackShelf) -> list[int]:
    return [len(shelf.places(status)) for status in FeedbackStatus]


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


MOVE_STEPS = 7


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


DECIDED = 3  # steps of a move, of which the last one decides it


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


NEW = ("source", "verdict")


def test_drawings_come_from_strokes_or_else_from_the_picture(
    book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    ink = np.linspace(0, 1, 12 * 9, dtype=np.float32).reshape(12, 9)
    for _ in range(2):
        book.submit(make_submission(1))
        book.submit(replace(make_submission(2), strokes=None, picture_png=encode_picture(ink)))
    filed = list(shelf.read_all(shelf.places(QUARANTINE)))
    drawings = [one.drawing for one in filed]
    for drawing in drawings:
        if isinstance(drawing, StrokeDrawing):
            assert drawing.strokes[0].tolist() == [[1.0, 2.5], [3.0, 1.0]]
        else:
            assert isinstance(drawing, InkDrawing)
            assert np.abs(drawing.ink - ink).max() < 1 / 255
    assert len({one.content_sha256 for one in filed}) == 2


def test_reading_all_keeps_the_order_and_leaves_out_what_has_gone(
    book: FeedbackBook, shelf: FeedbackShelf
) -> None:
    receipts = [book.submit(make_submission(n)) for n in range(40)]
    places = shelf.places(QUARANTINE)
    book.withdraw(receipts[7].receipt)
    read = [filed.place for filed in shelf.read_all(places, workers=3)]
    assert read == [place for place in places if place.id != receipts[7].id]


def spoil_record(store: Store, place: FeedbackPlace) -> None:
    store.put(place.record_key, b'{"format": 2, "id"')


def spoil_picture(store: Store, place: FeedbackPlace) -> None:
    store.put(place.picture_key, b"\x89PNG\r\n\x1a\n and then nothing")


def lose_picture(store: Store, place: FeedbackPlace) -> None:
    store.delete(place.picture_key)


def spoil_strokes(store: Store, place: FeedbackPlace) -> None:
    blob = store.get(place.record_key)
    assert blob is not None
    record = json.loads(blob.data) | {"strokes": [[[1.0], [2.0, "x"]]]}
    store.put(place.record_key, json.dumps(record).encode())


@pytest.mark.parametrize("spoil", [spoil_record, spoil_picture, lose_picture, spoil_strokes])
def test_what_is_damaged_is_named_left_out_and_left_there(
    store: Store,
    book: FeedbackBook,
    shelf: FeedbackShelf,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Store, FeedbackPlace], None],
) -> None:
    picture = encode_picture(np.ones((9, 9), np.float32))
    bad: Receipt = book.submit(replace(make_submission(1), strokes=None, picture_png=picture))
    good = book.submit(make_submission(2))
    (place,) = [place for place in shelf.places(QUARANTINE) if place.id == bad.id]
    spoil(store, place)
    before = stored(store)
    with caplog.at_level(logging.WARNING):
        (read,) = shelf.read_all(shelf.places(QUARANTINE))
    assert read.record.id == good.id
    assert bad.id in caplog.text
    FeedbackShelf(store, lambda: datetime.now(UTC) + timedelta(days=2)).tidy()
    assert stored(store) == before


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
