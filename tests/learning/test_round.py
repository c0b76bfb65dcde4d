"""A round promotes what helps, once, however often and however broken off it is run."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from chalicelib.learning.history import Action
from chalicelib.learning.keys import CURRENT_KEY, LEARNING_ROOT, FeedbackPlace, FeedbackStatus
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.reports import Outcome, Report, find_report
from chalicelib.learning.round import FEWEST_DRAWINGS, Ended, Round
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Blob, Expected, Listed, Store
from tests.learning.lessons import accept, odd_seven
from tests.learning.submissions import stored

DRAWINGS = 40


@pytest.fixture
def taught(tmp_path: Path) -> Store:
    """Return a store with the 7s of a hand that the models take for no digit, accepted."""
    store = open_store(str(tmp_path / "store"))
    teach(store, "7")
    return store


def teach(store: Store, label: str, count: int = DRAWINGS, seed: int = 5) -> None:
    rng = np.random.default_rng(seed)
    for number in range(count):
        accept(store, odd_seven(rng), label, number)


def run(store: Store, registry: ModelRegistry) -> Ended:
    return Round(store, registry, "test").run()


def promotions(store: Store) -> list[dict[str, str]]:
    return [
        dict(entry.heads) for entry in HeadBook(store).history() if entry.action is Action.PROMOTE
    ]


def test_feedback_that_helps_is_promoted_and_told(taught: Store, registry: ModelRegistry) -> None:
    ended = run(taught, registry)
    assert ended.report.outcome is Outcome.PROMOTED, ended.report.words
    current, _ = HeadBook(taught).read()
    head = HeadBook(taught).head(current.heads["perceptron"])
    assert head.round == ended.report.round
    assert head.dataset == ended.report.dataset
    gold = registry.entry("perceptron").gold
    assert gold is not None
    assert head.figures["gold"]["drawings"] == gold.drawings
    assert find_report(taught, ended.report.round) == ended.report
    found = ended.report.models["perceptron"]
    assert found["head"] == head.sha256
    assert found["promoted"]
    (candidate,) = ended.candidates
    trial = candidate.held_out
    before, after = ((of.argmax(axis=1) != 7).sum() for of in (trial.shipped, trial.candidate))
    assert before >= 5
    assert after <= before / 2, "a hand that was misread is read"


def test_a_repeated_round_finds_itself_done(taught: Store, registry: ModelRegistry) -> None:
    run(taught, registry)
    before = stored(taught)
    again = run(taught, registry)
    assert again.report.outcome is Outcome.UNCHANGED
    assert stored(taught) == before


def test_the_same_feedback_gives_the_same_head_whatever_the_order(
    taught: Store, registry: ModelRegistry, tmp_path: Path
) -> None:
    """Ids decide nothing but their own order, so the copies keep theirs."""
    run(taught, registry)
    other = open_store(str(tmp_path / "other"))
    feedback = [(k, d) for k, d in stored(taught).items() if not k.startswith(LEARNING_ROOT)]
    for key, data in reversed(feedback):
        other.put(key, data)
    run(other, registry)
    assert promotions(other) == promotions(taught)


def test_rounds_at_once_promote_once(taught: Store, registry: ModelRegistry) -> None:
    with ThreadPoolExecutor(3) as pool:
        rounds = [pool.submit(run, taught, registry) for _ in range(3)]
    assert {r.result().report.outcome for r in rounds} <= {Outcome.PROMOTED, Outcome.UNCHANGED}
    assert len(promotions(taught)) == 1


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A store whose process is killed at one of its puts, before or after it took effect."""

    def __init__(self, store: Store, last: int, *, after: bool) -> None:
        self._store, self._left, self._after = store, last, after

    def put(self, key: str, data: bytes, *, expected: Expected | str = Expected.ANYTHING) -> str:
        """Count down to the kill."""
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        tag = self._store.put(key, data, expected=expected)
        if self._left == 0:
            raise Killed
        return tag

    def get(self, key: str) -> Blob | None:
        """Pass on."""
        return self._store.get(key)

    def delete(self, key: str) -> None:
        """Pass on."""
        self._store.delete(key)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Pass on."""
        return self._store.list(prefix)

    def sweep(self) -> int:
        """Pass on."""
        return self._store.sweep()

    def within(self, budget_s: float) -> "Dying":  # noqa: ARG002 - nothing in it waits
        """Return itself: a directory never waits."""
        return self


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_write_a_round_promotes_once_when_run_again(
    taught: Store, registry: ModelRegistry, *, after: bool
) -> None:
    feedback = stored(taught)
    writes = 0
    while True:
        writes += 1
        try:
            run(Dying(taught, writes, after=after), registry)
        except Killed:
            assert len(promotions(taught)) <= 1
        else:
            break
        assert run(taught, registry).report.outcome in (Outcome.PROMOTED, Outcome.UNCHANGED)
        assert len(promotions(taught)) == 1
        for key in stored(taught).keys() - feedback.keys():
            taught.delete(key)
    assert writes == 5, "the head, its history, the pointer and the report are written"


def test_a_promotion_that_broke_off_is_reported_though_the_feedback_has_changed(
    taught: Store, registry: ModelRegistry
) -> None:
    before_its_report = 4
    with pytest.raises(Killed):
        run(Dying(taught, before_its_report, after=False), registry)
    (promotion,) = HeadBook(taught).history()
    accept(taught, odd_seven(np.random.default_rng(99)), "7", DRAWINGS)
    assert run(taught, registry).report.round != promotion.figures["round"]
    report = find_report(taught, promotion.figures["round"])
    assert report is not None
    assert (report.outcome, report.time) == (Outcome.PROMOTED, promotion.time)
    assert "broke off" in report.words


def test_random_labels_are_refused_and_the_report_says_why(
    tmp_path: Path, registry: ModelRegistry
) -> None:
    store, rng = open_store(str(tmp_path)), np.random.default_rng(8)
    for number in range(DRAWINGS):
        accept(store, odd_seven(rng), str(rng.integers(10)), number)
    report = run(store, registry).report
    assert report.outcome is Outcome.REFUSED
    assert "perceptron refused" in report.words
    assert store.get(CURRENT_KEY) is None
    assert run(store, registry).report.outcome is Outcome.UNCHANGED


def test_too_little_feedback_waits(tmp_path: Path, registry: ModelRegistry) -> None:
    store = open_store(str(tmp_path))
    assert run(store, registry).report.outcome is Outcome.TOO_LITTLE
    teach(store, "7", FEWEST_DRAWINGS - 1)
    assert run(store, registry).report.outcome is Outcome.TOO_LITTLE
    assert store.get(CURRENT_KEY) is None


def test_a_frozen_pointer_stays(taught: Store, registry: ModelRegistry) -> None:
    HeadBook(taught).freeze("ann", "looking into it")
    assert run(taught, registry).report.outcome is Outcome.FROZEN
    HeadBook(taught).unfreeze("ann", "all well")
    assert run(taught, registry).report.outcome is Outcome.PROMOTED


def test_what_a_person_rolled_back_does_not_come_back_by_itself(
    taught: Store, registry: ModelRegistry
) -> None:
    run(taught, registry)
    HeadBook(taught).rollback("ann", "worse for me")
    assert run(taught, registry).report.outcome is Outcome.UNCHANGED
    assert HeadBook(taught).read()[0].heads == {}


def test_withdrawn_feedback_is_in_no_later_round(taught: Store, registry: ModelRegistry) -> None:
    shelf = FeedbackShelf(taught)
    place: FeedbackPlace = shelf.places(FeedbackStatus.ACCEPTED)[0]
    before = run(taught, registry)
    taught.delete(place.record_key)
    taught.delete(place.picture_key)
    after = run(taught, registry)
    assert after.lessons is not None
    assert before.lessons is not None
    assert len(after.lessons.items) == len(before.lessons.items) - 1
    assert place.id not in {lesson.id for lesson in after.lessons.items}
    assert after.report.dataset != before.report.dataset


def test_a_head_for_another_version_of_the_model_counts_for_nothing(
    taught: Store, registry: ModelRegistry
) -> None:
    """As if nothing were promoted: that head is not served either."""
    first = run(taught, registry)
    blob = taught.get(CURRENT_KEY)
    assert blob is not None
    pointer = json.loads(blob.data)
    taught.put(CURRENT_KEY, json.dumps(pointer | {"versions": {"perceptron": "0"}}).encode())
    accept(taught, odd_seven(np.random.default_rng(99)), "7", DRAWINGS)
    second = run(taught, registry)
    assert first.report.outcome is second.report.outcome is Outcome.PROMOTED


def test_a_report_holds_no_drawing_and_is_read_as_it_was_written(
    taught: Store, registry: ModelRegistry
) -> None:
    report = run(taught, registry).report
    data = report.encode()
    assert Report.decode(data, "report") == report
    ids = {place.id for place in FeedbackShelf(taught).places(FeedbackStatus.ACCEPTED)}
    assert not any(feedback_id in data.decode() for feedback_id in ids)
    assert datetime.fromisoformat(report.time) - datetime.now(UTC) < timedelta(minutes=1)
