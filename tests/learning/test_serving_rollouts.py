"""Rollouts reach answers without a restart, and nothing about them makes an answer fail."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.candidates import MODEL, answering, broken, copy_with_candidate
from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.learning.keys import ROLLOUT_KEY
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.learning.serving import REFRESH_S, ServedHeads
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_reader, open_store
from chalicelib.stores.store import Store
from tests.learning.served import Clock, head_for, published, settled
from tests.unit.digits import SEVEN


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """Return the published models, with a candidate of cnn that takes everything for a 4."""
    return copy_with_candidate(tmp_path_factory.mktemp("four") / "models", answering(4))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(store: Store) -> RolloutBook:
    return RolloutBook(store)


@pytest.fixture
def recognizer(registry: ModelRegistry, location: str, clock: Clock) -> Recognizer:
    """Return what answers with the heads and the rollouts of the store."""
    return served(registry, location, clock)


def served(registry: ModelRegistry, location: str, clock: Clock) -> Recognizer:
    source = ServedHeads(registry, lambda: open_reader(location, os.environ), clock)
    return Recognizer(registry, source, source.rollouts)


def damage(store: Store, change: Callable[[bytes], bytes]) -> bytes:
    """Put something else where the pointer is; return what was there."""
    blob = store.get(ROLLOUT_KEY)
    assert blob
    store.put(ROLLOUT_KEY, change(blob.data))
    return blob.data


def promote(book: RolloutBook, registry: ModelRegistry, **other: str) -> None:
    versions = {
        "live": registry.entry(MODEL).version,
        "candidate": registry.candidates[MODEL].version,
    }
    rollout = Rollout(MODEL, **(versions | other), share=1.0)
    book.promote(rollout, book.read()[1], "ann", "better", {})


def read(recognizer: Recognizer) -> str:
    return settled(recognizer).recognize(StrokeDrawing(SEVEN))[0].text


def test_a_promotion_and_a_withdrawal_are_followed_without_a_restart(
    recognizer: Recognizer, registry: ModelRegistry, book: RolloutBook, clock: Clock
) -> None:
    assert read(recognizer) == "7"
    promote(book, registry)
    clock.now_s += REFRESH_S
    assert read(recognizer) == "4"
    assert read(recognizer) == "4"
    book.withdraw(MODEL, "ann", "worse")
    clock.now_s += REFRESH_S
    assert read(recognizer) == "7"


def test_a_withdrawal_brings_back_the_live_version_with_its_head(
    recognizer: Recognizer, registry: ModelRegistry, store: Store, book: RolloutBook, clock: Clock
) -> None:
    """A candidate answers as trained, and the heads that were promoted meanwhile are there."""
    heads = HeadBook(store)
    promote(book, registry)
    assert recognizer.variant(MODEL).head is None
    heads.promote({MODEL: head_for(registry, MODEL, "3")}, heads.read()[1], "a round", "better", {})
    clock.now_s += REFRESH_S
    assert read(recognizer) == "4"
    assert tuple(recognizer.variants()) == registry.names
    assert recognizer.variant("cnn-live").head
    book.withdraw(MODEL, "ann", "worse")
    clock.now_s += REFRESH_S
    assert read(recognizer) == "3"
    assert tuple(recognizer.variants()) == ("cnn", "cnn-trained", "perceptron")


def test_a_damaged_pointer_counts_as_the_entry_that_it_names(
    recognizer: Recognizer,
    registry: ModelRegistry,
    store: Store,
    location: str,
    book: RolloutBook,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """For servers that run and those that start; said once in the log."""
    promote(book, registry)
    assert read(recognizer) == "4"
    damage(store, lambda data: data[:-9])
    for _ in range(3):
        clock.now_s += REFRESH_S
        assert read(recognizer) == "4"
    assert [ROLLOUT_KEY in record.getMessage() for record in caplog.records] == [True]
    assert read(served(registry, location, clock)) == "4"


def test_what_was_withdrawn_stays_so_though_the_pointer_is_damaged(
    recognizer: Recognizer,
    registry: ModelRegistry,
    store: Store,
    location: str,
    book: RolloutBook,
    clock: Clock,
) -> None:
    promote(book, registry)
    assert read(recognizer) == "4"
    book.withdraw(MODEL, "ann", "worse")
    damage(store, lambda data: data[:-9])
    clock.now_s += REFRESH_S
    assert read(recognizer) == "7"
    assert read(served(registry, location, clock)) == "7"


def test_a_share_that_was_damaged_is_not_followed(
    recognizer: Recognizer,
    registry: ModelRegistry,
    store: Store,
    location: str,
    book: RolloutBook,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    versions = registry.entry(MODEL).version, registry.candidates[MODEL].version
    book.start(Rollout(MODEL, *versions, share=0.0), "ann", "a try")
    assert read(recognizer) == "7"
    damage(store, lambda data: data.replace(b'"share":0.0', b'"share":1.0'))
    for _ in range(2):
        clock.now_s += REFRESH_S
        assert read(recognizer) == "7"
    assert read(served(registry, location, clock)) == "7"
    assert [ROLLOUT_KEY in record.getMessage() for record in caplog.records] == [True, True]


@pytest.mark.parametrize("left", [b"", b"{}", b"[" * 100_000])
def test_where_nothing_tells_a_rollout_goes_on_and_none_begins(
    recognizer: Recognizer,
    registry: ModelRegistry,
    store: Store,
    location: str,
    book: RolloutBook,
    clock: Clock,
    left: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once it is whole, or gone, it counts again."""
    promote(book, registry)
    assert read(recognizer) == "4"
    whole = damage(store, lambda _: left)
    for _ in range(2):
        clock.now_s += REFRESH_S
        assert read(recognizer) == "4"
    assert [ROLLOUT_KEY in record.getMessage() for record in caplog.records] == [True]
    starting = served(registry, location, clock)
    assert read(starting) == "7"
    store.put(ROLLOUT_KEY, whole)
    clock.now_s += REFRESH_S
    assert read(starting) == "4"
    store.delete(ROLLOUT_KEY)
    clock.now_s += REFRESH_S
    assert read(recognizer) == read(starting) == "7"


@pytest.mark.parametrize("other", [{"live": "01234567"}, {"candidate": "01234567"}])
def test_a_rollout_of_other_versions_is_not_served(
    recognizer: Recognizer,
    registry: ModelRegistry,
    book: RolloutBook,
    other: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    promote(book, registry, **other)
    assert read(recognizer) == "7"
    (record,) = caplog.records
    assert "01234567" in record.getMessage()


def test_a_candidate_that_has_become_the_model_is_no_trouble(
    registry: ModelRegistry,
    location: str,
    clock: Clock,
    book: RolloutBook,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The package may come before or after the rollout that promoted it ends."""
    live = registry.entry(MODEL).version
    promote(book, registry, live=registry.candidates[MODEL].version, candidate=live)
    assert read(served(registry, location, clock)) == "7"
    assert caplog.records == []


def test_without_candidates_rollouts_are_not_even_read(
    s3: FaultyProxy, registry: ModelRegistry, bucket: str, clock: Clock
) -> None:
    promote(RolloutBook(open_store(f"s3://{bucket}")), registry)
    s3.requests.clear()
    assert read(served(published(), f"s3://{bucket}", clock)) == "7"
    assert len(s3.requests) == 1
    assert read(served(registry, f"s3://{bucket}", clock)) == "4"
    assert len(s3.requests) == 4, "the pointers, and the entry behind the one to the rollouts"


def test_a_candidate_that_cannot_be_opened_is_said_and_not_tried(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    registry = copy_with_candidate(tmp_path / "models", answering(4))
    file = tmp_path / "models" / registry.candidates[MODEL].file
    file.write_bytes(file.read_bytes()[:-1])
    promote(RolloutBook(open_store(str(tmp_path / "store"))), registry)
    recognizer = served(registry, str(tmp_path / "store"), clock)
    for _ in range(2):
        assert read(recognizer) == "7"
        clock.now_s += REFRESH_S
    (record,) = caplog.records
    assert file.name in record.getMessage()


def test_an_s3_that_fails_leaves_rollouts_as_they_are(
    s3: FaultyProxy,
    registry: ModelRegistry,
    bucket: str,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    book = RolloutBook(open_store(f"s3://{bucket}"))
    promote(book, registry)
    recognizer = served(registry, f"s3://{bucket}", clock)
    assert read(recognizer) == "4"
    s3.afterwards = Fault.REFUSE
    clock.now_s += REFRESH_S
    assert read(recognizer) == "4"
    assert len(caplog.records) == 1
    s3.afterwards = Fault.NONE
    book.withdraw(MODEL, "ann", "worse")
    clock.now_s += REFRESH_S
    assert read(recognizer) == "7"


def test_a_broken_candidate_that_is_promoted_answers_nothing(tmp_path: Path, clock: Clock) -> None:
    registry = copy_with_candidate(tmp_path / "models", broken)
    promote(RolloutBook(open_store(str(tmp_path / "store"))), registry)
    assert read(served(registry, str(tmp_path / "store"), clock)) == "7"
