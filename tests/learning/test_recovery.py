"""Of what is damaged nothing is served: the last good head stays, and none comes back."""

import json
import os
from pathlib import Path

import pytest

from bench.faulty_proxy import FaultyProxy
from chalicelib.learning.heads import Head
from chalicelib.learning.keys import CURRENT_KEY, head_key, history_key
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.serving import REFRESH_S, ServedHeads
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_reader, open_store
from tests.learning.served import Clock, head_for, published, settled
from tests.unit.digits import SEVEN

MODEL = "cnn"
TRAINED = "7"  # as the model reads the drawing without a head
NOTHING_LEFT = (b"", b"{}", b"[" * 100_000, b"\0" * 400, b'{"entry":"' + b"0" * 64 + b'"}')


class Place:
    """A store of heads, and the servers that read it."""

    def __init__(self, registry: ModelRegistry, location: str) -> None:
        self.registry, self.location = registry, location
        self.store = open_store(location)
        self.book = HeadBook(self.store)
        self.clock = Clock()
        self.running = self.start()

    def start(self) -> Recognizer:
        """Return a server that starts now."""
        source = ServedHeads(
            self.registry, lambda: open_reader(self.location, os.environ), self.clock
        )
        return Recognizer(self.registry, source)

    def promote(self, label: str) -> Head:
        """Promote a head that takes everything for one label."""
        head = head_for(self.registry, MODEL, label)
        self.book.promote({MODEL: head}, self.book.read()[1], "test", "better", {})
        return head

    def answers(self) -> tuple[str, str]:
        """Return what the running server says half a minute later, and one that starts then."""
        self.clock.now_s += REFRESH_S
        return read(self.running), read(self.start())

    def damage(self, key: str, left: bytes | None = None) -> bytes:
        """Leave that of an object, or all but its end; return what it was."""
        blob = self.store.get(key)
        assert blob
        self.store.put(key, blob.data[:-9] if left is None else left)
        return blob.data

    def rewrite(self, **fields: object) -> None:
        """Let the pointer say something else, in a shape that it may have."""
        blob = self.store.get(CURRENT_KEY)
        assert blob
        self.store.put(CURRENT_KEY, json.dumps(json.loads(blob.data) | fields).encode())


@pytest.fixture(scope="module")
def registry() -> ModelRegistry:
    return published()


@pytest.fixture
def place(registry: ModelRegistry, tmp_path: Path) -> Place:
    """Return a directory; damage is the same in a bucket, whose reader has tests of its own."""
    return Place(registry, str(tmp_path / "store"))


def read(recognizer: Recognizer) -> str:
    return settled(recognizer).recognize(StrokeDrawing(SEVEN))[0].text


def test_a_damaged_pointer_counts_as_the_entry_that_it_names(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once by each server; what is whole counts again."""
    place.promote("4")
    assert place.answers() == ("4", "4")
    whole = place.damage(CURRENT_KEY)
    for _ in range(3):
        place.clock.now_s += REFRESH_S
        assert read(place.running) == "4"
    (record,) = caplog.records
    assert CURRENT_KEY in record.getMessage()
    assert "docs/operations.md" in record.getMessage()
    assert read(place.start()) == "4"
    place.store.put(CURRENT_KEY, whole)
    place.book.rollback("ann", "worse")
    assert place.answers() == (TRAINED, TRAINED)


def test_a_rollback_counts_though_the_pointer_was_damaged_after_it(place: Place) -> None:
    for label in "34":
        place.promote(label)
    assert place.answers() == ("4", "4")
    place.book.rollback("ann", "worse")
    place.book.freeze("ann", "looking into it")
    place.damage(CURRENT_KEY)
    assert place.answers() == ("3", "3")


@pytest.mark.parametrize("left", NOTHING_LEFT, ids=lambda left: left[:2].decode() or "empty")
def test_where_nothing_tells_a_head_that_is_served_stays_and_none_begins(
    place: Place, left: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place.promote("4")
    assert place.answers() == ("4", "4")
    whole = place.damage(CURRENT_KEY, left)
    assert place.answers() == ("4", TRAINED)
    assert place.answers() == ("4", TRAINED)
    assert all(CURRENT_KEY in record.getMessage() for record in caplog.records)
    assert len(caplog.records) == 3, "once by each server"
    place.store.put(CURRENT_KEY, whole)
    assert place.answers() == ("4", "4")


def test_a_pointer_that_is_gone_is_not_damaged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.promote("4")
    assert place.answers() == ("4", "4")
    place.store.delete(CURRENT_KEY)
    assert place.answers() == (TRAINED, TRAINED)
    assert caplog.records == []


@pytest.mark.parametrize("heads", [{MODEL: "0" * 64}, {}], ids=["another head", "no head"])
def test_a_pointer_that_says_something_else_than_its_entry(
    place: Place, heads: dict[str, str]
) -> None:
    """One that names a head that is nowhere is damaged; to name none is to have none."""
    place.promote("4")
    assert place.answers() == ("4", "4")
    place.rewrite(heads=heads, versions=dict.fromkeys(heads, place.registry.entry(MODEL).version))
    assert place.answers() == (("4", "4") if heads else (TRAINED, TRAINED))


def test_a_damaged_head_stays_where_it_is_served_and_begins_nowhere(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """One that was replaced before is not taken up: what taught it may be withdrawn since."""
    place.promote("3")
    head = place.promote("4")
    assert place.answers() == ("4", "4")
    place.damage(head_key(head.sha256))
    assert place.answers() == ("4", TRAINED)
    (record,) = caplog.records
    assert head_key(head.sha256) in record.getMessage()


def test_in_the_place_of_a_promoted_head_that_is_damaged_the_one_before_stays(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    before = place.promote("3")
    assert place.answers() == ("3", "3")
    place.book.freeze("ann", "a look")
    place.book.unfreeze("ann", "all is well")
    head = place.promote("4")
    whole = place.damage(head_key(head.sha256))
    assert place.answers() == ("3", TRAINED)
    assert f"{MODEL} goes on with head {before.version}: {head_key(head.sha256)}" in caplog.text
    place.store.put(head_key(head.sha256), whole)
    assert place.answers() == ("4", "4")


def test_what_was_rolled_back_goes_though_what_it_is_rolled_back_to_is_damaged(
    place: Place,
) -> None:
    earlier = place.promote("3")
    place.promote("4")
    assert place.answers() == ("4", "4")
    place.book.rollback("ann", "worse")
    place.damage(head_key(earlier.sha256))
    assert place.answers() == (TRAINED, TRAINED)


def test_where_the_history_does_not_tell_of_a_rollback_there_may_have_been_one(
    place: Place,
) -> None:
    place.promote("3")
    assert place.answers() == ("3", "3")
    head = place.promote("4")
    place.damage(head_key(head.sha256))
    newest = place.book.read()[0].entry
    assert newest
    place.damage(history_key(newest))
    assert place.answers() == (TRAINED, TRAINED)


def test_a_head_of_another_version_is_no_damage_and_costs_a_start_nothing(
    s3: FaultyProxy, registry: ModelRegistry, bucket: str
) -> None:
    """It is there after each deployment of a new model, until a round has fitted one for it."""
    place = Place(registry, f"s3://{bucket}")
    place.promote("4")
    place.rewrite(versions={MODEL: "01234567"})
    s3.requests.clear()
    assert read(place.start()) == TRAINED
    assert len(s3.requests) == 1
