"""What waits for a person keeps nothing else from the rules, however much of it there is."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.accepted import Claim, put_claims
from chalicelib.learning import sorting
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.sorting import MOST_AT_ONCE, sort_quarantine, whose_turn
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.stores.open import open_store
from tests.export.small_data import TEMPLATES
from tests.learning.lessons import odd_seven
from tests.learning.served import published

TODAY = date(2026, 11, 21)


def waiting(count: int) -> list[FeedbackPlace]:
    """Return places in quarantine, the oldest first."""
    return [
        FeedbackPlace(FeedbackStatus.QUARANTINE, TODAY + timedelta(n // 100), f"{n:032x}")
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, MOST_AT_ONCE // 2, MOST_AT_ONCE])
def test_as_much_as_is_looked_at_in_a_day_is_looked_at_whole(count: int) -> None:
    assert whose_turn(waiting(count), TODAY) == waiting(count)


def test_of_more_the_newest_are_looked_at_daily_and_the_older_in_turn() -> None:
    places = waiting(3 * MOST_AT_ONCE + 7)
    days = [whose_turn(places, TODAY + timedelta(day)) for day in range(6)]
    assert all(len(day) <= MOST_AT_ONCE for day in days)
    assert all(day[-1] == places[-1] for day in days)
    assert set().union(*days) == set(places)


def test_disputed_feedback_that_nobody_reviews_keeps_none_from_being_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "MOST_AT_ONCE", 4)
    store, rng = open_store(str(tmp_path)), np.random.default_rng(3)
    put_claims(store, [Claim(StrokeDrawing(odd_seven(rng)), "1") for _ in range(6)], accepted=False)
    zero = StrokeDrawing(tuple(np.array(stroke, np.float64) for stroke in TEMPLATES[0]))
    (newest,) = put_claims(store, [Claim(zero, "0", day=1)], accepted=False)
    shelf = FeedbackShelf(store)
    sort_quarantine(shelf, published(), lambda *_: None, TODAY)
    assert [place.id for place in shelf.places(FeedbackStatus.ACCEPTED)] == [newest]
