"""The rules accept what is safe, reject what is of no use, and leave the rest to people."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from chalicelib.learning import triage as rules
from chalicelib.learning.clusters import clusters
from chalicelib.learning.evidence import Evidence
from chalicelib.learning.filed import Card, Filed
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.records import Record, Verdict
from chalicelib.learning.triage import Advice, triage
from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.png import encode_picture

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUARANTINE, ACCEPTED, REJECTED = FeedbackStatus


def evidence(
    number: int,
    label: str | None = "7",
    *,
    drawing: int | None = None,
    claimed: tuple[float, ...] = (0.999, 0.999),
    none: tuple[float, ...] = (0.0, 0.0),
    safe: bool = True,
    source: str | None = "example.org",
    days: int = 0,
) -> Evidence:
    """Return evidence on a drawing of its own, or on the one of that number."""
    time = NOON + timedelta(days=days, seconds=number)
    rng = np.random.default_rng(number if drawing is None else drawing)
    picture = (rng.random((28, 28)) < 0.2).astype(np.float32)
    record = Record(
        id=f"{number:032x}",
        time=time.isoformat(),
        label=label,
        predicted=None,
        strokes=None,
        model="cnn",
        version="5f0c2a91",
        normalisation="1",
        receipt_sha256="0" * 64,
        claim=None,
        source=source,
    )
    place = FeedbackPlace(QUARANTINE, time.date(), record.id)
    filed = Filed(place, record, encode_picture(picture), InkDrawing(picture), "tag")
    return Evidence(Card.of(filed), picture, claimed, none, safe)


def doubted(number: int, label: str | None = "7", *, drawing: int | None = None) -> Evidence:
    return evidence(number, label, drawing=drawing, claimed=(0.1, 0.2), safe=False)


def nothing(number: int, *, drawing: int | None = None, none: float = 0.9999) -> Evidence:
    """Return what is claimed to be a 7 and is none to both models."""
    claimed = (1 - none,) * 2
    return evidence(number, drawing=drawing, claimed=claimed, none=(none,) * 2, safe=False)


def trembling(one: Evidence, number: int) -> Evidence:
    """Return a drawing that is nearly, not quite, another one."""
    assert one.picture is not None
    picture = one.picture.copy()
    pixel = number % 28, number // 28
    picture[pixel] = abs(picture[pixel] - 0.05)
    fresh = evidence(number, claimed=one.claimed, none=one.none, safe=one.safe)
    digest = hashlib.sha256(encode_picture(picture)).hexdigest()
    return replace(fresh, card=replace(fresh.card, content_sha256=digest), picture=picture)


def outcome(advice: list[Advice]) -> list[tuple[FeedbackStatus, str]]:
    return [(one.status, one.reason) for one in advice]


def test_what_all_models_are_sure_of_is_accepted() -> None:
    assert outcome(triage([evidence(1), evidence(2, None)])) == [(ACCEPTED, "models_agree")] * 2


def test_what_a_model_doubts_is_left_to_people() -> None:
    near = evidence(1, claimed=(0.98, 0.97), safe=False)
    far = evidence(2, claimed=(0.98, 0.2), safe=False)
    assert outcome(triage([near, far])) == [(QUARANTINE, "unsure"), (QUARANTINE, "disputed")]


def test_of_equal_drawings_one_is_accepted_and_few_are_kept() -> None:
    found = outcome(triage([evidence(n, drawing=1) for n in range(6)]))
    assert found == [
        (ACCEPTED, "models_agree"),
        *[(QUARANTINE, "repeated")] * (rules.EQUAL_KEPT - 1),
        *[(REJECTED, "duplicate")] * 3,
    ]
    again = outcome(triage([evidence(9, drawing=1)], [evidence(0, drawing=1)]))
    assert again == [(QUARANTINE, "repeated")]


def test_an_equal_drawing_with_another_label_stops_both() -> None:
    assert (
        outcome(triage([evidence(1, "7", drawing=5), evidence(2, "1", drawing=5)]))
        == [(QUARANTINE, "contradicted")] * 2
    )
    assert outcome(triage([evidence(1, "7", drawing=5)], [evidence(2, "1", drawing=5)])) == [
        (QUARANTINE, "contradicted")
    ]


def test_of_one_drawing_that_trembles_few_are_accepted() -> None:
    first = evidence(0)
    found = outcome(triage([first, *(trembling(first, n) for n in range(1, 40))]))
    assert found.count((ACCEPTED, "models_agree")) == rules.NEAR_KEPT
    assert found.count((QUARANTINE, "near_duplicate")) == 40 - rules.NEAR_KEPT


def test_a_site_or_a_digit_has_its_share_of_a_day_and_no_more() -> None:
    of_class = outcome(triage([evidence(n) for n in range(rules.MOST_OF_CLASS + 3)]))
    assert of_class[-3:] == [(QUARANTINE, "class_cap")] * 3
    labels = [str(digit) for digit in range(10)]
    many = [evidence(n, labels[n % 10]) for n in range(rules.MOST_OF_SOURCE + 3)]
    assert outcome(triage(many))[-3:] == [(QUARANTINE, "source_cap")] * 3
    other = evidence(9999, source="other.example")
    assert outcome(triage([other], many[: rules.MOST_OF_SOURCE])) == [(ACCEPTED, "models_agree")]
    assert outcome(triage([evidence(9999, "3")], many[: rules.MOST_OF_SOURCE])) == [
        (QUARANTINE, "source_cap")
    ]
    assert outcome(triage([evidence(9999, days=1)], many)) == [(ACCEPTED, "models_agree")]


def test_what_is_no_digit_to_all_models_is_rejected_unless_many_agree() -> None:
    assert outcome(triage([nothing(1)])) == [(REJECTED, "not_a_digit")]
    assert outcome(triage([nothing(1, none=0.99)])) == [(QUARANTINE, "disputed")]
    first = nothing(0)
    alike = [first, *(trembling(first, n) for n in range(1, rules.MANY))]
    assert outcome(triage(alike)) == [(QUARANTINE, "disputed")] * rules.MANY
    assert outcome(triage(alike[:-1])) == [(REJECTED, "not_a_digit")] * (rules.MANY - 1)


def test_a_blank_drawing_is_rejected() -> None:
    blank = replace(evidence(1), picture=None, claimed=(), none=(), safe=False)
    assert outcome(triage([blank])) == [(REJECTED, "blank")]


def test_what_a_person_put_back_is_left_to_people() -> None:
    one = evidence(1)
    verdict = Verdict(
        status=QUARANTINE, label="7", by="ann", reason="undo", time=NOON.isoformat(), revision=2
    )
    back = replace(one, card=replace(one.card, verdict=verdict))
    assert outcome(triage([back])) == [(QUARANTINE, "returned")]


def test_the_disputed_that_look_like_a_digit_come_first_and_clusters_before_them() -> None:
    first = doubted(0)
    cluster = [first, *(trembling(first, n) for n in range(1, 4))]
    scrawl = evidence(50, claimed=(0.01, 0.02), none=(0.98, 0.97), safe=False)
    nearly = evidence(51, claimed=(0.98, 0.97), safe=False)
    said_none = evidence(52, None, claimed=(0.1, 0.2), none=(0.1, 0.2), safe=False)
    advice = triage([nearly, scrawl, said_none, doubted(60), *cluster])
    useful = [one.usefulness for one in advice]
    assert min(useful[4:]) > useful[3] > useful[2] > useful[1]
    assert useful[2] > useful[0]


def test_the_order_in_which_it_is_given_changes_nothing() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    some = [evidence(n, drawing=generator.randrange(12)) for n in range(40)]
    some += [doubted(n, str(generator.randrange(3))) for n in range(40, 80)]
    expected = dict(zip((e.card.place.id for e in some), triage(some), strict=True))
    for _ in range(3):
        generator.shuffle(some)
        ids = [one.card.place.id for one in some]
        assert dict(zip(ids, triage(some), strict=True)) == expected


def test_nothing_in_quarantine_needs_no_advice() -> None:
    assert triage([], [evidence(1)]) == []


@pytest.mark.parametrize("count", [1, 700])
def test_all_the_same_drawing_is_one_cluster(count: int) -> None:
    pictures = np.repeat(np.eye(28, dtype=np.float32)[None], count, axis=0)
    assert clusters(pictures, ["1"] * count).tolist() == [0] * count
    halves = ["1", "7"] * count
    assert set(clusters(np.repeat(pictures, 2, axis=0), halves).tolist()) == {0, 1}
