"""What a round learns from is thinned out so that nobody shouts, whatever the order."""

from collections import Counter
from dataclasses import replace

import numpy as np

from chalicelib.learning.lessons import (
    HELD_OUT,
    MAX_A_SOURCE_AND_DAY,
    MAX_NEAR_EQUAL,
    Lesson,
    thin_out,
)
from chalicelib.recognition.normalise import normalise_strokes
from tests.learning.lessons import odd_seven


def lessons(count: int, *, seed: int = 3, label: str | None = "7") -> list[Lesson]:
    rng = np.random.default_rng(seed)
    return [
        Lesson(
            id=f"{number:032x}",
            content_sha256=f"{seed:08x}{number:056x}",
            label=label,
            time="2026-11-01T08:00:00+00:00",
            crowd=(None, f"2026-11-{number % 28 + 1:02d}"),
            picture=normalise_strokes(odd_seven(rng)),
        )
        for number in range(count)
    ]


def test_half_is_held_out_and_stays_so_when_more_comes() -> None:
    few, many = (thin_out(lessons(n), Counter()) for n in (200, 400))
    assert abs(many.held_out.mean() - HELD_OUT) < 0.08
    sides = dict(zip((one.id for one in many.items), many.held_out, strict=True))
    assert all(sides[one.id] == side for one, side in zip(few.items, few.held_out, strict=True))


def test_one_drawing_a_thousand_times_counts_a_few_times_and_on_one_side() -> None:
    one = lessons(1)[0]
    crowd = [replace(one, id=f"{n:032x}", content_sha256=f"{n:064x}") for n in range(1000)]
    found = thin_out(crowd, Counter())
    assert len(found.items) == MAX_NEAR_EQUAL
    assert found.left_out == {"near_equal": 1000 - MAX_NEAR_EQUAL}
    assert len(set(found.held_out)) == 1


def test_a_drawing_accepted_under_two_labels_teaches_neither() -> None:
    good = lessons(20)
    found = thin_out([*good, replace(good[0], id="f" * 32, label="1")], Counter())
    assert found.left_out == {"disputed": 2}
    assert len(found.items) == 19


def test_one_source_cannot_fill_a_day() -> None:
    shout = [replace(one, crowd=("loud.example", "2026-11-01")) for one in lessons(1200)]
    found = thin_out(shout, Counter())
    assert len(found.items) == MAX_A_SOURCE_AND_DAY


def test_the_order_they_come_in_changes_nothing() -> None:
    several = lessons(100)
    one, other = thin_out(several, Counter()), thin_out(several[::-1], Counter())
    assert one.dataset == other.dataset
    np.testing.assert_array_equal(one.pictures, other.pictures)
    np.testing.assert_array_equal(one.held_out, other.held_out)


def test_another_label_is_another_dataset() -> None:
    several = lessons(20)
    relabelled = [replace(several[0], label="1"), *several[1:]]
    assert thin_out(several, Counter()).dataset != thin_out(relabelled, Counter()).dataset


def test_what_is_none_gets_the_last_class() -> None:
    found = thin_out([*lessons(5, label=None), *lessons(5, seed=9, label="b")], Counter())
    assert sorted(found.targets(("a", "b"))) == [1] * 5 + [2] * 5
