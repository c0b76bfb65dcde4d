"""Provisioned concurrency: what functions that are kept warm cost, beside the starts they save."""

from collections.abc import Sequence

from bench.operations.costs import (
    HOURS_A_MONTH,
    MB_A_GB,
    SECONDS_A_MONTH,
    SHIPPED_MB,
    billed_ms,
)
from bench.operations.scenarios import LOADS_A_S, Outcome
from bench.operations.service_times import ServiceTimes
from bench.operations.simulation import REQUESTS_A_FUNCTION_S
from export.quality.markdown import table
from tools.deploy import prices


def warm_dollars() -> float:
    """Return what one function of the size that ships costs a month to be kept warm."""
    return SECONDS_A_MONTH * SHIPPED_MB / MB_A_GB * prices.PROVISIONED_GB_SECOND.dollars


def share_that_pays() -> float:
    """Return for which share of the time a function must work to be cheaper when kept warm."""
    saved = prices.LAMBDA_GB_SECOND.dollars - prices.PROVISIONED_DURATION_GB_SECOND.dollars
    return prices.PROVISIONED_GB_SECOND.dollars / saved


def most_share(times: ServiceTimes) -> float:
    """Return for which share of the time Lambda lets a function work at most, by its requests."""
    return REQUESTS_A_FUNCTION_S * billed_ms(times.sizes[SHIPPED_MB]) / 1000


def loosest(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return what came of each load under its loosest limits."""
    return [[one for one in outcomes if one.load_a_s == load][-1] for load in LOADS_A_S]


def warm_table(outcomes: Sequence[Outcome]) -> str:
    """Return what it costs to keep as many functions warm as each load started, from rest."""
    head = ("drawings a second", "functions it starts from rest", "of its requests")
    more = ("kept warm, a month", "beside what the load costs")
    return table((*head, *more), [_row(one) for one in loosest(outcomes)])


def _row(one: Outcome) -> tuple[str, ...]:
    dollars = one.cold * warm_dollars()
    share = 100 * dollars / (one.dollars_an_hour * HOURS_A_MONTH)
    return (
        f"{one.load_a_s:,}",
        f"{one.cold:,}",
        f"{100 * one.cold / one.came:.2g} %",
        f"${dollars:,.0f}",
        f"{share:.1f} %",
    )
