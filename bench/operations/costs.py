"""What a million drawings cost at each memory size, and when a small server is cheaper.

Durations are measured (service_times.py), prices are those of `tools/deploy/prices.py`.
"""

import math
from dataclasses import dataclass

import numpy as np

from bench.operations.service_times import ServiceTimes, SizeTimes
from chalicelib.limits import PART_INPUTS
from export.quality.markdown import table
from tools.deploy import prices

MILLION = 1_000_000
GB = 1e9
MB_A_GB = 1024
HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
SERVER_DISK_GB = 8
# What one request adds to the logs beside the function's own line: Lambda's records of its start
# and its end as JSON, and a line of the access log in the template's format.
PLATFORM_LOG_BYTES = 620
ACCESS_LOG_BYTES = 290
HEADER_BYTES = 900  # of an answer as CloudFront sends it, security headers included
REQUESTS_A_MESSAGE = 3  # sent, received, deleted
POLLERS = 5  # that Lambda keeps at a queue, each of which...
POLL_S = 20  # ... asks again after so long a wait
SMALLEST_MB = 256  # ApiMemory takes no less
SHIPPED_MB = 1769


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars for a million drawings, by what is paid."""

    compute: float
    requests: float  # of the function
    gateway: float
    cloudfront: float
    logs: float

    @property
    def replaced(self) -> float:
        """What a server would take the place of."""
        return self.compute + self.requests + self.gateway

    @property
    def total(self) -> float:
        """All of it."""
        return self.replaced + self.cloudfront + self.logs


def billed_ms(times: SizeTimes) -> float:
    """Return the mean duration that is charged: each answer's, rounded up to a whole ms."""
    return float(np.ceil(times.warm_ms).mean())


def compute_dollars(
    total_ms: float, memory_mb: int, price: prices.Price = prices.LAMBDA_GB_SECOND
) -> float:
    """Return what so many charged ms of a function of that size cost."""
    return total_ms / 1000 * memory_mb / MB_A_GB * price.dollars


def cost(times: ServiceTimes, memory_mb: int) -> Cost:
    """Return what a million warm drawings, sent as strokes, cost at that size."""
    charged_ms = billed_ms(times.sizes[memory_mb]) * MILLION
    return Cost(
        compute_dollars(charged_ms, memory_mb),
        prices.LAMBDA_REQUEST.dollars * MILLION,
        prices.GATEWAY_REQUEST.dollars * MILLION,
        edge_dollars(times) * MILLION,
        log_dollars(times) * MILLION,
    )


def edge_dollars(times: ServiceTimes) -> float:
    """Return what CloudFront takes for one answer."""
    sent_gb = (times.answer_bytes + HEADER_BYTES) / GB
    return prices.CLOUDFRONT_REQUEST.dollars + sent_gb * prices.CLOUDFRONT_GB.dollars


def log_dollars(times: ServiceTimes) -> float:
    """Return what the log of one request costs, taken in and kept for a month."""
    logged_gb = (times.log_bytes + PLATFORM_LOG_BYTES + ACCESS_LOG_BYTES) / GB
    return logged_gb * (prices.LOGS_GB.dollars + prices.LOGS_GB_MONTH.dollars)


def server_dollars() -> float:
    """Return what the small server costs a month, with its address and a disk."""
    hourly = prices.SERVER_HOUR.dollars + prices.ADDRESS_HOUR.dollars
    return hourly * HOURS_A_MONTH + SERVER_DISK_GB * prices.DISK_GB_MONTH.dollars


def break_even(found: Cost) -> int:
    """Return from how many drawings a month the server is cheaper."""
    return math.ceil(server_dollars() / found.replaced * MILLION)


def cost_table(times: ServiceTimes) -> str:
    """Return the costs of all sizes as a table."""
    answers = ("warm answer, median (middle half)", "99 %", "charged, mean", "cold start")
    dollars = ("compute", "a million drawings", "a server is cheaper from")
    return table(
        ("ApiMemory", *answers, *dollars), [_row(times, size) for size in sorted(times.sizes)]
    )


def _row(times: ServiceTimes, memory_mb: int) -> tuple[str, ...]:
    size, found = times.sizes[memory_mb], cost(times, memory_mb)
    even = break_even(found)
    return (
        f"{memory_mb} MB{' (no setting: 256 is the least)' if memory_mb < SMALLEST_MB else ''}",
        f"{size.warm} ms",
        f"{np.percentile(size.warm_ms, 99):,.1f} ms",
        f"{billed_ms(size):,.1f} ms",
        f"{np.median(size.cold_ms):,.0f} ms",
        f"${found.compute:,.2f}",
        f"**${found.total:,.2f}**" if memory_mb == SHIPPED_MB else f"${found.total:,.2f}",
        f"{even:,} a month ({even / SECONDS_A_MONTH:.2g} a second)",
    )


def bulk_dollars(times: ServiceTimes) -> float:
    """Return what a million drawings in bulk cost: compute, and of each part what it is put in."""
    parts = MILLION / PART_INPUTS
    messages = REQUESTS_A_MESSAGE * prices.SQS_REQUEST.dollars
    objects = prices.S3_PUT.dollars + 2 * prices.S3_GET.dollars  # a range of the input, a look
    run = prices.LAMBDA_REQUEST.dollars
    return compute_dollars(times.bulk_ms * MILLION, SHIPPED_MB) + parts * (messages + objects + run)


def resting_table(alarms: int, metrics: int) -> str:
    """Return what a stage costs a month that nobody asks anything.

    alarms, metrics: how many it has, the latter of its own.
    """
    polls = POLLERS * HOURS_A_MONTH * 3600 / POLL_S
    rows = [
        (f"{alarms} alarms", alarms * prices.ALARM_MONTH.dollars),
        (
            f"{metrics} metrics of its own, in months with feedback and rounds",
            metrics * prices.METRIC_MONTH.dollars,
        ),
        ("Lambda's looks into the queue of drawings in bulk", polls * prices.SQS_REQUEST.dollars),
    ]
    rows.append(("together", sum(value for _, value in rows)))
    return table(("what", "a month"), [(name, f"${value:,.2f}") for name, value in rows])


def part_table(times: ServiceTimes) -> str:
    """Return of what the cost of a million drawings consists, at the size that ships."""
    found = cost(times, SHIPPED_MB)
    rows = [
        ("API Gateway, requests", found.gateway),
        ("CloudFront, requests and answers", found.cloudfront),
        ("CloudWatch Logs", found.logs),
        ("Lambda, requests", found.requests),
        ("Lambda, compute", found.compute),
        ("together", found.total),
        (f"beside it: in bulk, {times.bulk_ms:.1f} ms each, without the API", bulk_dollars(times)),
    ]
    return table(("what", "a million drawings"), [(name, f"${value:,.2f}") for name, value in rows])


def arm_table(times: ServiceTimes) -> str:
    """Return what the size that ships would cost on arm64 too, if it were as quick there."""
    x86, arm = prices.LAMBDA_GB_SECOND, prices.LAMBDA_ARM_GB_SECOND
    charged_ms = billed_ms(times.sizes[SHIPPED_MB]) * MILLION
    compute = [compute_dollars(charged_ms, SHIPPED_MB, price) for price in (x86, arm)]
    rest = cost(times, SHIPPED_MB).total - compute[0]
    rows = [
        ("a GB-second", *(_dollars(price.dollars) for price in (x86, arm))),
        ("compute of a million drawings", *(f"${value:,.3f}" for value in compute)),
        ("a million drawings, together", *(f"${rest + value:,.2f}" for value in compute)),
    ]
    return table(("what", "x86", "arm64, durations as on x86"), rows)


def _dollars(value: float) -> str:
    return "$" + f"{value:.10f}".rstrip("0").rstrip(".")


def price_table() -> str:
    """Return the prices."""
    rows = [(p.service, p.unit, _dollars(p.dollars)) for p in prices.PRICES]
    return table(("service", "unit", "price"), rows)
