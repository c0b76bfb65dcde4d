"""What is current: promoted, rolled back, frozen; in either store."""

import pytest

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import (
    HeadsChanged,
    HeadsFrozen,
    InvalidField,
    NothingToRollBack,
    StorageUnavailable,
    UnusableHead,
)
from chalicelib.learning.current import Current
from chalicelib.learning.heads import Head
from chalicelib.learning.history import Action
from chalicelib.learning.keys import CURRENT_KEY, head_key, history_key
from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from tests.learning.heads import make_head

# A promotion reads the pointer, then puts the head and the entry; the fourth request is the swap.
BEFORE_THE_SWAP = [Fault.NONE] * 3
HEADS = [make_head(number) for number in range(4)]


@pytest.fixture
def book(store: Store) -> HeadBook:
    return HeadBook(store)


@pytest.fixture
def s3_book(bucket: str) -> HeadBook:
    return HeadBook(open_store(f"s3://{bucket}"))


def promote(book: HeadBook, *heads: Head) -> Current:
    return book.promote(
        {head.model: head for head in heads}, book.read()[1], "test", "better", {"gold": 1}
    )


def actions(book: HeadBook) -> list[Action]:
    return [entry.action for entry in book.history()]


def test_at_first_the_models_answer_as_trained(book: HeadBook) -> None:
    assert book.read()[0] == Current()
    assert list(book.history()) == []
    with pytest.raises(NothingToRollBack):
        book.rollback("ann", "to be sure")


def test_a_promoted_head_is_current_and_read_back_bit_for_bit(book: HeadBook) -> None:
    assert promote(book, HEADS[0]) == book.read()[0]
    current, _ = book.read()
    assert current.heads == {"cnn": HEADS[0].sha256}
    assert current.versions == {"cnn": "01234567"}
    assert book.head(current.heads["cnn"]).encode() == HEADS[0].encode()


def test_a_model_that_is_not_named_keeps_its_head(book: HeadBook) -> None:
    other = make_head(9, "perceptron")
    promote(book, HEADS[0], other)
    promote(book, HEADS[1])
    assert book.read()[0].heads == {"cnn": HEADS[1].sha256, "perceptron": other.sha256}


def test_a_rollback_goes_back_step_by_step_to_the_models_as_trained(book: HeadBook) -> None:
    """And never forth again to what was rolled back."""
    for head in HEADS[:3]:
        promote(book, head)
    assert book.rollback("ann", "worse").heads == {"cnn": HEADS[1].sha256}
    promote(book, HEADS[3])
    assert book.rollback("ann", "worse").heads == {"cnn": HEADS[1].sha256}
    assert book.rollback("ann", "worse").heads == {"cnn": HEADS[0].sha256}
    assert book.rollback("ann", "worse").heads == {}
    with pytest.raises(NothingToRollBack):
        book.rollback("ann", "worse")
    promote(book, HEADS[2])
    assert book.rollback("ann", "worse").heads == {}
    assert len(list(book.history())) == 10


def test_a_rollback_passes_over_freezes(book: HeadBook) -> None:
    promote(book, HEADS[0])
    promote(book, HEADS[1])
    book.freeze("ann", "looking into it")
    current = book.rollback("ann", "it was the head")
    assert current.frozen
    assert current.heads == {"cnn": HEADS[0].sha256}


def test_nothing_is_promoted_while_frozen(book: HeadBook) -> None:
    promote(book, HEADS[0])
    assert book.freeze("ann", "holidays").heads == {"cnn": HEADS[0].sha256}
    with pytest.raises(HeadsFrozen):
        promote(book, HEADS[1])
    assert book.unfreeze("ann", "back again").heads == {"cnn": HEADS[0].sha256}
    promote(book, HEADS[1])
    assert actions(book) == ["promote", "unfreeze", "freeze", "promote"]


def test_of_two_rounds_at_once_one_promotes(book: HeadBook) -> None:
    _, tag = book.read()
    book.promote({"cnn": HEADS[0]}, tag, "round 1", "better", {})
    with pytest.raises(HeadsChanged):
        book.promote({"cnn": HEADS[1]}, tag, "round 2", "better", {})
    with pytest.raises(HeadsChanged):
        book.promote({"cnn": HEADS[0]}, tag, "round 1", "better", {})
    assert actions(book) == ["promote"]


def test_a_tag_from_before_a_rollback_is_stale(book: HeadBook) -> None:
    """Though the same heads are current again."""
    promote(book, HEADS[0])
    _, tag = book.read()
    promote(book, HEADS[1])
    book.rollback("ann", "worse")
    with pytest.raises(HeadsChanged):
        book.promote({"cnn": HEADS[2]}, tag, "slow round", "better", {})


def test_the_history_says_who_when_why_and_on_which_figures(book: HeadBook) -> None:
    promote(book, HEADS[0])
    book.rollback("ann", "reads my 7 as 1")
    newest, oldest = book.history()
    assert (newest.by, newest.reason, newest.action) == ("ann", "reads my 7 as 1", Action.ROLLBACK)
    assert (oldest.figures, oldest.parent) == ({"gold": 1}, None)
    assert oldest.time <= newest.time
    assert newest.parent == oldest.sha256


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\nb", "\x1b[2J"])
def test_who_and_why_are_printable_texts(book: HeadBook, text: str) -> None:
    for by, reason in ((text, "why"), ("who", text)):
        with pytest.raises(InvalidField):
            book.freeze(by, reason)
    assert list(book.history()) == []


def test_a_head_for_another_model_is_not_promoted(book: HeadBook) -> None:
    with pytest.raises(UnusableHead, match="perceptron"):
        book.promote({"perceptron": HEADS[0]}, book.read()[1], "test", "better", {})


def test_what_is_damaged_is_named_and_left_as_it_is(store: Store, book: HeadBook) -> None:
    current = promote(book, HEADS[0])
    assert current.entry is not None
    for key in (head_key(HEADS[0].sha256), history_key(current.entry), CURRENT_KEY):
        store.put(key, b'{"format": 1}')
    with pytest.raises(UnusableHead, match=head_key(HEADS[0].sha256)):
        book.head(HEADS[0].sha256)
    with pytest.raises(UnusableHead, match=CURRENT_KEY):
        book.rollback("ann", "damaged")
    store.put(CURRENT_KEY, current.encode())
    with pytest.raises(UnusableHead, match=history_key(current.entry)):
        book.rollback("ann", "damaged")
    blob = store.get(CURRENT_KEY)
    assert blob
    assert blob.data == current.encode()


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"[]",
        b'{"entry":"x","format":1,"frozen":false,"heads":{},"versions":{}}',
        b'{"entry":"%s","format":1,"frozen":0,"heads":{},"versions":{}}' % (b"0" * 64),
        b'{"entry":"%s","format":1,"frozen":false,"heads":{"cnn":"../x"},"versions":{"cnn":"1"}}'
        % (b"0" * 64),
        b'{"entry":"%s","format":1,"frozen":false,"heads":{},"versions":{"cnn":"1"}}' % (b"0" * 64),
    ],
)
def test_a_damaged_pointer_is_refused(store: Store, book: HeadBook, pointer: bytes) -> None:
    store.put(CURRENT_KEY, pointer)
    with pytest.raises(UnusableHead, match=CURRENT_KEY):
        book.read()


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.CUT_ANSWER, Fault.SWALLOW_ANSWER])
def test_a_swap_whose_answer_is_lost_counts_once(
    s3: FaultyProxy, s3_book: HeadBook, fault: Fault
) -> None:
    _, tag = s3_book.read()
    s3.faults.extend([*BEFORE_THE_SWAP, fault])
    current = s3_book.promote({"cnn": HEADS[0]}, tag, "round", "better", {})
    assert s3_book.read()[0] == current
    assert actions(s3_book) == ["promote"]


def test_a_swap_is_settled_by_the_history_where_every_answer_is_lost(
    s3: FaultyProxy, s3_book: HeadBook
) -> None:
    _, tag = s3_book.read()
    s3.faults.extend([*BEFORE_THE_SWAP] + [Fault.LOSE_ANSWER] + [Fault.ANSWER_503] * 2)
    assert s3_book.promote({"cnn": HEADS[0]}, tag, "round", "better", {}).heads
    assert actions(s3_book) == ["promote"]


def test_a_swap_that_never_reached_the_store_is_no_promotion(
    s3: FaultyProxy, s3_book: HeadBook
) -> None:
    _, tag = s3_book.read()
    s3.faults.extend([*BEFORE_THE_SWAP] + [Fault.REFUSE] * 3)
    with pytest.raises(StorageUnavailable):
        s3_book.promote({"cnn": HEADS[0]}, tag, "round", "better", {})
    assert s3_book.read()[0] == Current()
