"""Rollouts as they are stored: begun, promoted, withdrawn; in either store."""

import pytest

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from bench.mortal_store import Killed, MortalStore, die
from chalicelib.errors import (
    InvalidField,
    NoRollout,
    RolloutsChanged,
    StorageUnavailable,
    UnusableHead,
)
from chalicelib.learning.keys import ROLLOUT_KEY, rollout_entry_key
from chalicelib.learning.rollouts import CurrentRollouts, RolloutAction, RolloutBook
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store

SHADOW = Rollout("cnn", "0a0a0a0a", "1b1b1b1b", 0.0)
SHARE = SHADOW._replace(share=0.25)
PROMOTED = SHADOW._replace(share=1.0)
OTHER = Rollout("perceptron", "2c2c2c2c", "3d3d3d3d", 0.5)
FIGURES = {"gold": {"won": 3, "lost": 1}}
# A change reads the pointer, then puts the entry; the third request is the swap.
BEFORE_THE_SWAP = [Fault.NONE] * 2


@pytest.fixture
def book(store: Store) -> RolloutBook:
    return RolloutBook(store)


def promote(book: RolloutBook) -> CurrentRollouts:
    return book.promote(SHADOW, book.read()[1], "ann", "better", FIGURES)


def actions(book: RolloutBook) -> list[RolloutAction]:
    return [entry.action for entry in book.history()]


def test_at_first_none_is_on(book: RolloutBook) -> None:
    assert book.read()[0] == CurrentRollouts()
    assert list(book.history()) == []
    with pytest.raises(NoRollout, match="cnn"):
        book.withdraw("cnn", "ann", "to be sure")


def test_one_begins_grows_is_promoted_and_withdrawn_each_by_one_swap(book: RolloutBook) -> None:
    assert book.start(SHADOW, "ann", "a try").rollouts == {"cnn": SHADOW}
    assert book.start(SHARE, "ann", "looks good").rollouts == {"cnn": SHARE}
    assert promote(book).rollouts == book.read()[0].rollouts == {"cnn": PROMOTED}
    assert book.withdraw("cnn", "bob", "reads my 7 as a 1").rollouts == {}
    newest, promoted, *_ = book.history()
    assert actions(book) == ["withdraw", "promote", "start", "start"]
    assert (newest.by, newest.reason, newest.model) == ("bob", "reads my 7 as a 1", "cnn")
    assert (promoted.figures, promoted.rollouts) == (FIGURES, {"cnn": PROMOTED})
    assert newest.parent == promoted.sha256
    assert promoted.time <= newest.time


def test_the_rollouts_of_other_models_stay(book: RolloutBook) -> None:
    book.start(OTHER, "ann", "a try")
    book.start(SHADOW, "ann", "a try")
    assert promote(book).rollouts == {"perceptron": OTHER, "cnn": PROMOTED}
    assert book.withdraw("cnn", "ann", "enough").rollouts == {"perceptron": OTHER}


def test_what_was_judged_before_something_changed_is_not_promoted(book: RolloutBook) -> None:
    _, tag = book.read()
    book.start(SHADOW, "ann", "a try")
    with pytest.raises(RolloutsChanged):
        book.promote(SHADOW, tag, "bob", "better", {})
    assert actions(book) == ["start"]


@pytest.mark.parametrize("share", [1.0, -0.1, 2.0, float("nan")])
def test_to_start_is_no_way_around_a_promotion(book: RolloutBook, share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        book.start(SHADOW._replace(share=share), "ann", "a try")
    assert actions(book) == []


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\nb", "\x1b[2J"])
def test_who_and_why_are_printable_texts(book: RolloutBook, text: str) -> None:
    for by, reason in ((text, "why"), ("who", text)):
        with pytest.raises(InvalidField):
            book.start(SHADOW, by, reason)
    assert actions(book) == []


@pytest.mark.parametrize(
    "rollouts",
    [
        b"[]",
        b'{"cnn":{"live":"a","candidate":"b"}}',
        b'{"cnn":{"live":"a","candidate":"b","share":1.5}}',
        b'{"cnn":{"live":"a","candidate":"b","share":true}}',
        b'{"cnn":{"live":"a","candidate":"b","share":"1"}}',
        b'{"cnn":{"live":"a","candidate":"a","share":1}}',
        b'{"cnn":{"live":"","candidate":"b","share":1}}',
        b'{"cnn":{"live":"a","candidate":"b","share":1,"mode":"shadow"}}',
        b'{"":{"live":"a","candidate":"b","share":1}}',
    ],
)
def test_a_damaged_pointer_is_refused_and_left(
    store: Store, book: RolloutBook, rollouts: bytes
) -> None:
    data = b'{"entry":"%s","format":1,"rollouts":%s}' % (b"0" * 64, rollouts)
    store.put(ROLLOUT_KEY, data)
    for act in (book.read, lambda: book.withdraw("cnn", "ann", "damaged")):
        with pytest.raises(UnusableHead, match=ROLLOUT_KEY):
            act()
    blob = store.get(ROLLOUT_KEY)
    assert blob
    assert blob.data == data


def test_a_damaged_history_is_named(store: Store, book: RolloutBook) -> None:
    entry = book.start(SHADOW, "ann", "a try").entry
    assert entry
    store.put(rollout_entry_key(entry), b"{}")
    with pytest.raises(UnusableHead, match=entry):
        list(book.history())


def test_whoever_is_killed_has_swapped_or_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    """After any number of operations; the next one goes on from there."""
    before = {"cnn": SHADOW}
    for lives in range(5):
        store = open_store(str(tmp_path_factory.mktemp("store") / "of"))
        RolloutBook(store).start(SHADOW, "ann", "a try")
        mortal = MortalStore(store, lives, die)
        try:
            promote(RolloutBook(mortal))
        except Killed:
            assert lives < 4
        book = RolloutBook(store)
        found = book.read()[0].rollouts
        assert found == ({"cnn": PROMOTED} if lives >= 4 else before)
        assert actions(book) == ["promote"] * (lives >= 4) + ["start"]
        assert promote(book).rollouts == {"cnn": PROMOTED}


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.CUT_ANSWER, Fault.SWALLOW_ANSWER])
def test_a_swap_whose_answer_is_lost_counts_once(
    s3: FaultyProxy, bucket: str, fault: Fault
) -> None:
    book = RolloutBook(open_store(f"s3://{bucket}"))
    s3.faults.extend([*BEFORE_THE_SWAP, fault])
    assert book.start(SHADOW, "ann", "a try") == book.read()[0]
    assert actions(book) == ["start"]


def test_a_swap_that_never_reached_the_store_is_none(s3: FaultyProxy, bucket: str) -> None:
    book = RolloutBook(open_store(f"s3://{bucket}"))
    s3.faults.extend([*BEFORE_THE_SWAP] + [Fault.REFUSE] * 3)
    with pytest.raises(StorageUnavailable):
        book.start(SHADOW, "ann", "a try")
    assert book.read()[0] == CurrentRollouts()
