"""What a drawing costs, reckoned by hand, and the tables that are written of it."""

from collections import Counter
from pathlib import Path

import pytest

from bench.campaigns.load import Stage
from bench.operations import costs, scenarios, warmth
from bench.operations.document import DOCUMENT, written
from bench.operations.picture import draw_loads
from bench.operations.service_times import (
    SIZES_MB,
    NoCpuShare,
    ServiceTimes,
    SizeTimes,
    measure,
)
from bench.operations.simulation import ACCOUNT, CONCURRENCY, STAGE, Course, Limits, Second
from tools.deploy import prices


def times_of(warm_ms: list[float], memory_mb: int = 1024) -> ServiceTimes:
    return ServiceTimes("here", 1, 600, 300, 1.0, {memory_mb: SizeTimes([100.0], warm_ms, 1.0)})


def test_what_is_charged_is_each_answer_rounded_up() -> None:
    assert costs.billed_ms(SizeTimes([], [0.2, 1.0, 2.1], 0)) == (1 + 1 + 3) / 3


def test_a_million_drawings_cost_what_the_prices_say() -> None:
    found = costs.cost(times_of([2.0]), 1024)
    assert found.compute == pytest.approx(2_000 * prices.LAMBDA_GB_SECOND.dollars)
    assert found.gateway == pytest.approx(3.5)
    assert found.requests == pytest.approx(0.2)
    assert found.cloudfront == pytest.approx(1 + 1.5 * 0.085)
    assert found.total == pytest.approx(found.replaced + found.cloudfront + found.logs)


def test_in_bulk_a_million_drawings_cost_a_fraction() -> None:
    found = costs.bulk_dollars(times_of([1.0], costs.SHIPPED_MB))
    compute = 1_000 * costs.SHIPPED_MB / 1024 * prices.LAMBDA_GB_SECOND.dollars
    assert found == pytest.approx(compute + 4_000 * (1.2e-6 + 5.8e-6 + 0.2e-6))


def test_api_gateway_takes_nothing_for_what_its_own_throttles_refuse() -> None:
    times = times_of([1.0], costs.SHIPPED_MB)
    throttled = Second(came=10, refused=Counter({STAGE: 7, ACCOUNT: 3}))
    assert scenarios.dollars_of(Course([throttled]), times) == 10 * costs.edge_dollars(times)
    refused = Second(came=10, refused=Counter({CONCURRENCY: 10}))
    more = scenarios.dollars_of(Course([refused]), times) - 10 * costs.edge_dollars(times)
    assert more == pytest.approx(10 * prices.GATEWAY_REQUEST.dollars)


def test_at_the_break_even_both_cost_the_same() -> None:
    found = costs.cost(times_of([1.0]), 1024)
    drawings = costs.break_even(found)
    assert drawings / 1e6 * found.replaced == pytest.approx(costs.server_dollars(), rel=1e-5)


def test_every_price_is_there_once_and_positive() -> None:
    assert len({(price.service, price.unit) for price in prices.PRICES}) == len(prices.PRICES)
    assert all(price.dollars > 0 for price in prices.PRICES)


def test_the_document_holds_what_was_measured_and_simulated() -> None:
    text = DOCUMENT.read_text()
    assert written(text) == text, "run `python -m bench.operations`"
    assert ServiceTimes.read().sizes.keys() == set(SIZES_MB)


def test_what_is_kept_of_measurements_is_read_as_it_was(tmp_path: Path) -> None:
    times = times_of([1.0, 2.0])
    times.write(tmp_path / "times.json")
    assert ServiceTimes.read(tmp_path / "times.json") == times


def test_a_load_is_simulated_kept_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "LOADS_A_S", (10,))
    found = scenarios.simulate(times_of([1.0, 2.0], costs.SHIPPED_MB))
    assert [each.settings for each in found] == [scenarios.SHIPPED, scenarios.RAISED][: len(found)]
    assert found[-1].share_refused == 0
    assert found[-1].p50_ms == pytest.approx(1.5, abs=0.6)
    scenarios.write(found, tmp_path / "load.json")
    assert scenarios.read(tmp_path / "load.json") == found
    draw_loads([*found, *scenarios.read()], tmp_path / "load.png")
    assert (tmp_path / "load.png").stat().st_size > 10_000


def test_the_published_loads_come_again_by_their_seed() -> None:
    """The smallest of them: what stands in the document is what the code reckons."""
    published = scenarios.read()[0]
    times = ServiceTimes.read()
    again = scenarios.simulate_one(
        times, published.load_a_s, published.settings, published.limits, scenarios.SEED
    )
    assert again == published
    ships = Stage.of_stack()
    assert published.limits == Limits(
        stage_rate=ships.rate_a_s, stage_burst=ships.burst, functions=ships.functions
    )


def test_service_times_of_the_package_are_measured(package: Path) -> None:
    try:
        found = measure(package, sizes=(512,), rounds=1)
    except NoCpuShare:
        pytest.skip("no control group can be made here")
    (size,) = found.sizes.values()
    assert len(size.cold_ms) == 2
    assert 0 < size.warm_ms[0] <= size.warm.median <= size.warm_ms[-1]
    assert found.answer_bytes > 100
    assert found.log_bytes > 100


def test_arm_changes_the_compute_alone() -> None:
    times = times_of([2.0], costs.SHIPPED_MB)
    arm = 2_000 * costs.SHIPPED_MB / 1024 * prices.LAMBDA_ARM_GB_SECOND.dollars
    assert f"| compute of a million drawings | $0.058 | ${arm:.3f} |" in costs.arm_table(times)
    rest = costs.cost(times, costs.SHIPPED_MB).total - 0.05758
    assert f"| ${rest + arm:.2f} |" in costs.arm_table(times)


def test_a_function_that_works_for_the_share_that_pays_costs_the_same_warm() -> None:
    share, month_ms = warmth.share_that_pays(), costs.SECONDS_A_MONTH * 1000
    cold = costs.compute_dollars(share * month_ms, costs.SHIPPED_MB)
    price = prices.PROVISIONED_DURATION_GB_SECOND
    at_work = costs.compute_dollars(share * month_ms, costs.SHIPPED_MB, price)
    assert warmth.warm_dollars() + at_work == pytest.approx(cold)
    times = times_of([2.0], costs.SHIPPED_MB)
    assert warmth.most_share(times) == pytest.approx(0.02)
    assert share > 0.02, "so it never is, whatever Lambda lets it do"


def test_what_is_kept_warm_is_what_each_load_started() -> None:
    few, *_ = found = warmth.loosest(scenarios.read())
    assert [one.load_a_s for one in found] == list(scenarios.LOADS_A_S)
    dollars = few.cold * warmth.warm_dollars()
    assert f"| ${dollars:,.0f} |" in warmth.warm_table(scenarios.read())
