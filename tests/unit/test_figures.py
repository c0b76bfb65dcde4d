"""What `make bench` says of a figure follows from what was measured."""

from bench.figures import Figure, Spread


def test_a_spread_is_the_median_and_the_middle_half() -> None:
    spread = Spread.of([5, 1, 3, 2, 4])
    assert (spread.median, spread.low, spread.high, spread.n) == (3, 2, 4, 5)
    assert str(spread) == "3.0 (2.0 to 4.0)"


def test_a_single_value_has_no_spread() -> None:
    assert str(Spread.of([1234.56])) == "1,234.6"


def test_each_aim_says_whether_it_is_reached() -> None:
    figure = Figure("x", "us", Spread.of([300]), Spread.of([20]), most_times=12, most=400)
    assert figure.times == 15
    assert figure.aims == "at most 12 x the floor: **no**; at most 400 us: yes"


def test_a_figure_without_a_floor_has_no_ratio() -> None:
    figure = Figure("x", "MB", Spread.of([80]), most=80)
    assert figure.times is None
    assert figure.aims == "at most 80 MB: yes"
