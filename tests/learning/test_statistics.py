"""What feedback says of itself."""

from collections import Counter
from datetime import date
from math import isnan

import numpy as np
import pytest

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.statistics import (
    CONFIDENCE_EDGES,
    Agreement,
    Said,
    agreement,
    agreement_by_class,
    agreement_by_week,
    class_counts,
    confidence_counts,
    counts_by_class,
    counts_by_day,
    drift,
)
from chalicelib.stores.store import Store
from tests.learning.submissions import make_submission

QUARANTINE, ACCEPTED, REJECTED = FeedbackStatus
SUNDAY, MONDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


def said(
    label: str | None,
    predicted: str | None,
    *,
    day: date = MONDAY,
    status: FeedbackStatus = ACCEPTED,
) -> Said:
    return Said(day, status, label, False, predicted, 0.9)


SOME = [
    said("7", "7"),
    said("7", "1", day=SUNDAY),
    said("1", "1", day=TUESDAY, status=QUARANTINE),
    said("1", "7", status=REJECTED),
    said(None, "7", status=QUARANTINE),
    said("3", None),
]


def test_agreement_is_of_digits_that_were_answered_and_not_rejected() -> None:
    assert agreement(SOME) == Agreement(2, 3)
    assert agreement_by_class(SOME) == {
        "1": Agreement(1, 1),
        "3": Agreement(0, 0),
        "7": Agreement(1, 2),
    }
    assert agreement_by_week(SOME) == {
        date(2026, 2, 23): Agreement(0, 1),
        MONDAY: Agreement(2, 2),
    }
    assert isnan(agreement([]).share)


def test_counts_are_by_day_and_by_class_the_oldest_and_none_last() -> None:
    assert list(counts_by_day(SOME)) == [SUNDAY, MONDAY, TUESDAY]
    assert counts_by_day(SOME)[MONDAY] == Counter({ACCEPTED: 2, QUARANTINE: 1, REJECTED: 1})
    assert list(counts_by_class(SOME)) == ["1", "3", "7", None]
    assert class_counts(SOME, ["1", "7", "9"]).tolist() == [2, 3, 0]


def test_every_probability_falls_into_one_bin() -> None:
    counts = confidence_counts([0.0, 0.499, 0.5, 0.9995, 1.0])
    assert counts.tolist() == [2, 1, 0, 0, 0, 0, 0, 2]
    assert len(counts) == len(CONFIDENCE_EDGES) - 1


def test_what_counts_is_read_from_the_store(store: Store) -> None:
    book, shelf = FeedbackBook(store), FeedbackShelf(store)
    book.submit(make_submission())
    (filed,) = shelf.read_all(shelf.places(QUARANTINE))
    assert Said.of(filed) == Said(filed.place.day, QUARANTINE, "7", False, "1", 0.75)
    moved = shelf.judge(filed, ACCEPTED, label="7", by="ann", reason="reviewed")
    assert Said.of(moved) == Said(filed.place.day, ACCEPTED, "7", False, "1", 0.75)


def test_a_reviewer_who_sides_with_the_model_does_not_make_people_agree(store: Store) -> None:
    FeedbackBook(store).submit(make_submission())
    shelf = FeedbackShelf(store)
    (filed,) = shelf.read_all(shelf.places(QUARANTINE))
    judged = Said.of(shelf.judge(filed, ACCEPTED, label="1", by="ann", reason="reviewed"))
    assert (judged.label, judged.relabelled, judged.status) == ("7", True, ACCEPTED)
    assert agreement([judged]) == Agreement(0, 1)


def test_the_same_shares_do_not_drift_and_others_do_by_up_to_one_bit() -> None:
    even, odd = np.array([50, 0, 50, 0]), np.array([0, 70, 0, 70])
    same, other = drift(even, 3 * even), drift(even, odd)
    assert same is not None
    assert other is not None
    assert (same.bits, same.stands_out) == (0.0, False)
    assert other.bits == pytest.approx(1.0)
    assert other.stands_out
    assert drift(even, np.zeros(4, np.int64)) is None
    assert drift(np.zeros(4, np.int64), even) is None


def test_chance_stands_out_about_once_in_a_hundred() -> None:
    rng = np.random.default_rng(11)
    shares = [0.1] * 10
    found = [
        drift(rng.multinomial(500, shares), rng.multinomial(5000, shares)) for _ in range(2000)
    ]
    assert 5 <= sum(one.stands_out for one in found if one) <= 50
    shifted = [0.19, 0.01, *[0.1] * 8]
    moved = drift(rng.multinomial(500, shifted), rng.multinomial(5000, shares))
    assert moved is not None
    assert moved.stands_out
