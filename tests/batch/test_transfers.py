"""Transfers keep their order and hold few of them, however many there are."""

import itertools

import pytest

from export.batch.transfers import AHEAD, Transfers


def test_what_comes_is_in_the_order_of_what_went() -> None:
    with Transfers() as transfers:
        assert list(transfers.each(str, range(3 * AHEAD))) == [str(n) for n in range(3 * AHEAD)]


def test_only_a_few_are_begun_before_they_are_wanted() -> None:
    begun: list[int] = []
    with Transfers() as transfers:
        done = transfers.each(begun.append, itertools.count())
        assert [next(done) for _ in range(3)] == [None] * 3
    assert len(begun) <= AHEAD + 3


def test_where_one_fails_the_others_are_left() -> None:
    begun: list[int] = []

    def fail(number: int) -> None:
        begun.append(number)
        raise OSError

    with pytest.raises(OSError), Transfers() as transfers:  # noqa: PT011 - any is that one
        list(transfers.each(fail, range(10 * AHEAD)))
    assert len(begun) <= AHEAD + 1
