"""Promoted heads reach answers without a restart, and nothing about them makes an answer fail."""

import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import InvalidSetting, UnknownModel
from chalicelib.learning import serving
from chalicelib.learning.heads import Head
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.serving import BUDGET_S, REFRESH_S, RETRY_S, ServedHeads
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.recognizer import Reading, Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_reader, open_store
from chalicelib.stores.store import Reader, Store
from tests.learning.served import Clock, head_for, published
from tests.unit.digits import SEVEN

MODEL = "cnn"
SLACK_S = 10.0  # of a busy machine; a store that hangs does so for ever
PATIENCE_S = 30.0
Serve = Callable[..., Recognizer]


@pytest.fixture(scope="module")
def registry() -> ModelRegistry:
    return published()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(store: Store) -> HeadBook:
    return HeadBook(store)


@pytest.fixture
def recognizer(registry: ModelRegistry, location: str, clock: Clock) -> Recognizer:
    """Return what answers with the heads of the store."""
    return Recognizer(
        registry, ServedHeads(registry, lambda: open_reader(location, os.environ), clock)
    )


def promote(book: HeadBook, *heads: Head) -> None:
    book.promote({h.model: h for h in heads}, book.read()[1], "test", "better", {})


def read(recognizer: Recognizer, model: str | None = None) -> Reading:
    return recognizer.recognize(StrokeDrawing(SEVEN), model=model)[0]


def test_without_a_promotion_the_models_answer_as_trained(recognizer: Recognizer) -> None:
    assert tuple(recognizer.variants()) == recognizer.registry.names
    assert read(recognizer).version == recognizer.registry.entry(MODEL).version


def test_a_promoted_head_answers_without_a_restart(
    recognizer: Recognizer, book: HeadBook, clock: Clock
) -> None:
    """The model as trained stays beside it, and each answer says which version spoke."""
    version = recognizer.registry.entry(MODEL).version
    assert (read(recognizer).text, read(recognizer).version) == ("7", version)
    head = head_for(recognizer.registry, MODEL, "4")
    promote(book, head)
    clock.now_s += REFRESH_S
    adapted, trained = read(recognizer), read(recognizer, f"{MODEL}-trained")
    assert (adapted.text, adapted.version) == ("4", f"{version}+{head.version}")
    assert (trained.model, trained.text, trained.version) == (f"{MODEL}-trained", "7", version)
    everyone = recognizer.recognize(StrokeDrawing(SEVEN), model="all")
    assert [each.model for each in everyone] == [MODEL, f"{MODEL}-trained", "perceptron"]
    assert [each.text for each in everyone] == ["4", "7", "7"]


def test_a_rollback_brings_the_same_answers_back_bit_for_bit(
    recognizer: Recognizer, book: HeadBook, clock: Clock
) -> None:
    def probabilities() -> list[float]:
        (digit,) = recognizer.recognize(StrokeDrawing(SEVEN), candidates=10)[0].digits
        return [candidate.probability for candidate in digit.candidates]

    registry, generator = recognizer.registry, np.random.default_rng(4)
    heads, before = [], [probabilities()]
    for _ in range(2):
        plain = head_for(registry, MODEL, "4")
        weights = generator.normal(size=plain.weights.shape).astype(np.float32)
        heads.append(replace(plain, weights=weights))
        promote(book, heads[-1])
        clock.now_s += REFRESH_S
        before.append(probabilities())
    assert len(set(map(tuple, before))) == 3
    for expected in (before[1], before[0]):
        book.rollback("ann", "worse")
        clock.now_s += REFRESH_S
        assert probabilities() == expected
    with pytest.raises(UnknownModel):
        read(recognizer, f"{MODEL}-trained")


def test_the_store_is_asked_once_in_a_while(
    s3: FaultyProxy, registry: ModelRegistry, bucket: str, clock: Clock
) -> None:
    source = ServedHeads(registry, lambda: open_reader(f"s3://{bucket}", os.environ), clock)
    seen = [source() for _ in range(100)]
    assert len(s3.requests) == 1
    clock.now_s += REFRESH_S
    assert source() is seen[0]
    assert len(s3.requests) == 2


def test_a_head_is_read_once(
    s3: FaultyProxy, registry: ModelRegistry, bucket: str, clock: Clock
) -> None:
    promote(HeadBook(open_store(f"s3://{bucket}")), head_for(registry, MODEL, "4"))
    s3.requests.clear()
    source = ServedHeads(registry, lambda: open_reader(f"s3://{bucket}", os.environ), clock)
    first = source()
    clock.now_s += REFRESH_S
    assert source() is first
    assert len(s3.requests) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"model_version": "01234567"},
        {"model_sha256": "0" * 64},
        {"normalisation": "0"},
        {"labels": tuple("abcdefghij")},
        {"weights": np.zeros((7, 11), np.float32)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_head_for_another_model_is_not_served(
    recognizer: Recognizer,
    book: HeadBook,
    other: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And does not keep that of another model from answering."""
    misfit = replace(head_for(recognizer.registry, MODEL, "4"), **other)  # type: ignore[arg-type]  # each is of its field's type
    promote(book, misfit, head_for(recognizer.registry, "perceptron", "3"))
    assert read(recognizer).text == "7"
    assert read(recognizer, "perceptron").text == "3"
    (record,) = caplog.records
    assert misfit.sha256 in record.getMessage()


def test_heads_of_a_model_that_is_no_longer_published_are_passed_over(
    recognizer: Recognizer, book: HeadBook
) -> None:
    promote(book, replace(head_for(recognizer.registry, MODEL, "4"), model="oracle"))
    assert read(recognizer).text == "7"


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.HANG, Fault.ANSWER_500, Fault.CUT_ANSWER])
def test_an_s3_that_fails_leaves_the_heads_as_they_are(
    s3: FaultyProxy,
    registry: ModelRegistry,
    bucket: str,
    clock: Clock,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No answer fails, none waits for longer than the budget, the log says it once."""
    caplog.set_level(logging.WARNING)
    promote(HeadBook(open_store(f"s3://{bucket}")), head_for(registry, MODEL, "4"))
    source = ServedHeads(registry, lambda: open_reader(f"s3://{bucket}", os.environ), clock)
    recognizer = Recognizer(registry, source)
    assert read(recognizer).text == "4"
    s3.afterwards = fault
    for step_s in (REFRESH_S, RETRY_S):
        clock.now_s += step_s
        started_s = time.monotonic()
        assert read(recognizer).text == "4"
        assert time.monotonic() - started_s < BUDGET_S + SLACK_S
    deadline_s = time.monotonic() + PATIENCE_S
    while not caplog.records and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert len(caplog.records) == 1
    s3.afterwards = Fault.NONE
    HeadBook(open_store(f"s3://{bucket}")).rollback("ann", "worse")
    deadline_s = time.monotonic() + PATIENCE_S
    while read(recognizer).text == "4" and time.monotonic() < deadline_s:
        clock.now_s += REFRESH_S
    assert read(recognizer).text == "7"


def test_a_hanging_store_makes_one_request_wait_and_no_other(
    s3: FaultyProxy,
    registry: ModelRegistry,
    bucket: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budget_s = 3 * BUDGET_S  # so that a busy machine is told from a wait
    monkeypatch.setattr(serving, "BUDGET_S", budget_s)
    source = ServedHeads(registry, lambda: open_reader(f"s3://{bucket}", os.environ), clock)
    s3.afterwards = Fault.HANG
    waits: list[float] = []

    def ask() -> None:
        started_s = time.monotonic()
        source()
        waits.append(time.monotonic() - started_s)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget_s <= max(waits) < budget_s + SLACK_S
    assert sorted(waits)[-2] < budget_s
    assert len(s3.requests) == 1


def test_a_directory_that_is_removed_leaves_the_models_as_trained(
    tmp_path: Path, registry: ModelRegistry, clock: Clock
) -> None:
    place = str(tmp_path / "store")
    promote(HeadBook(open_store(place)), head_for(registry, MODEL, "4"))
    source = ServedHeads(registry, lambda: open_reader(place, os.environ), clock)
    recognizer = Recognizer(registry, source)
    assert read(recognizer).text == "4"
    shutil.rmtree(place)
    clock.now_s += REFRESH_S
    assert read(recognizer).text == "7"


def test_a_store_that_cannot_be_opened_makes_no_answer_fail(
    registry: ModelRegistry, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    errors = iter([InvalidSetting("INKLING_FEEDBACK", "is wrong"), ZeroDivisionError()])

    def fail() -> Reader:
        raise next(errors)

    recognizer = Recognizer(registry, ServedHeads(registry, fail, clock))
    for _ in range(2):
        assert read(recognizer).text == "7"
        clock.now_s += REFRESH_S
    assert len(caplog.records) == 2
