"""Where feedback lies."""

from datetime import date

import pytest

from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, claim_key
from chalicelib.stores.store import is_key

PLACE = FeedbackPlace(FeedbackStatus.QUARANTINE, date(2026, 3, 1), "0" * 31 + "f")


def test_the_keys_are_those_of_the_layout() -> None:
    stem = "feedback/v1/status=quarantine/dt=2026-03-01/0000000000000000000000000000000f"
    assert (PLACE.picture_key, PLACE.record_key) == (f"{stem}.png", f"{stem}.json")


@pytest.mark.parametrize("status", list(FeedbackStatus))
def test_a_key_leads_back_to_its_place(status: FeedbackStatus) -> None:
    place = FeedbackPlace(status, PLACE.day, PLACE.id)
    assert FeedbackPlace.parse(place.record_key) == place
    assert FeedbackPlace.parse(place.picture_key) == place


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("quarantine", "elsewhere"),
        ("2026-03-01", "2026-02-30"),
        ("2026-03-01", "2026-03-1-"),
        ("f.json", "F.json"),
        (".json", ".json\n"),
        (".json", ".jpg"),
        ("feedback/", "more/feedback/"),
    ],
)
def test_another_key_leads_nowhere(part: str, other: str) -> None:
    assert FeedbackPlace.parse(PLACE.record_key.replace(part, other)) is None


def test_a_claim_lies_under_a_key_whatever_the_sender_chose() -> None:
    assert is_key(claim_key("../../etc/passwd"))
    assert claim_key("key-of-1") != claim_key("key-of-2")
