"""The dashboard of a stage: what is asked of it, how it answers, what it learns and costs."""

import json
from collections.abc import Sequence
from typing import Any

from tools.deploy.prices import DATE, GATEWAY_REQUEST, LAMBDA_GB_SECOND, LAMBDA_REQUEST

WIDTH, HEIGHT, COLUMNS = 8, 6, 3
PERIOD_S = 300
HOUR_S = 3600
HOURS = 24  # that it shows at first
MB_A_GB = 1024
STACK = "${AWS::StackName}"
HERE = "${AWS::Region}"
API = ("AWS/ApiGateway", {"ApiName": STACK, "Stage": "api"})
API_FUNCTION = "APIHandler"

Widget = dict[str, Any]
Source = tuple[str, dict[str, str]]

OWN: Source = (f"Inkling/{STACK}", {})


def dashboard(functions: Sequence[str], alarms: Sequence[str]) -> dict[str, Any]:
    """Return it as CloudFormation takes it.

    functions, alarms: their logical names. Dashboards are an account's, not a region's: so the
    name holds the region.
    """
    widgets = [_alarm_states(alarms), *_placed(_widgets(functions))]
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": f"{STACK}-{HERE}"},
            "DashboardBody": {"Fn::Sub": json.dumps({"start": f"-PT{HOURS}H", "widgets": widgets})},
        },
    }


def _alarm_states(alarms: Sequence[str]) -> Widget:
    arns = [f"${{{name}.Arn}}" for name in alarms]
    properties = {"title": "Alarms (docs/operations.md says what to do)", "alarms": arns}
    wide = WIDTH * COLUMNS
    return {"type": "alarm", "x": 0, "y": 0, "width": wide, "height": 3, "properties": properties}


def _placed(widgets: Sequence[Widget]) -> list[Widget]:
    return [
        widget
        | {"x": WIDTH * (index % COLUMNS), "y": 3 + HEIGHT * (index // COLUMNS)}
        | {"width": WIDTH, "height": HEIGHT}
        for index, widget in enumerate(widgets)
    ]


def _widgets(functions: Sequence[str]) -> list[Widget]:
    handler = _function(API_FUNCTION)
    queue, parked = (
        ("AWS/SQS", {"QueueName": f"${{{name}.QueueName}}"})
        for name in ("BatchQueue", "BatchParked")
    )
    answers = [_line(API, name, "Sum") for name in ("Count", "4XXError", "5XXError")]
    waits = [_line(API, "Latency", statistic) for statistic in ("p50", "p99")]
    durations = [_line(handler, "Duration", statistic) for statistic in ("p50", "p99")]
    return [
        _graph("Requests to the API", answers),
        _graph("Latency in ms, at the gateway and in the function", waits + durations),
        _graph("Functions that failed", _each(functions, "Errors", "Sum")),
        _graph("Functions that were throttled", _each(functions, "Throttles", "Sum")),
        _graph("Functions at once", _each(functions, "ConcurrentExecutions", "Maximum")),
        _cold_starts(),
        _graph(
            "Feedback, and the share that agrees",
            [
                _line(OWN, "Feedback", "Sum"),
                _line(OWN, "FeedbackAgreed", "Average", {"yAxis": "right"}),
            ],
            HOUR_S,
        ),
        _graph("Rounds", [_line(OWN, name, "Maximum") for name in ROUND_METRICS], HOUR_S),
        _graph(
            "Drawings in bulk: messages, and the age of the oldest in s",
            [
                _line(queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
                _line(queue, "ApproximateAgeOfOldestMessage", "Maximum", {"yAxis": "right"}),
                _line(parked, "ApproximateNumberOfMessagesVisible", "Maximum", {"label": "parked"}),
            ],
        ),
        _graph("The budget fuse: runs, each of which shuts the API", [_fuse()], HOUR_S),
        _page(),
        _costs(),
    ]


ROUND_METRICS = (
    "RoundDrawings",
    "RoundHeldOut",
    "RoundSorted",
    "RoundSeconds",
    "RoundPromoted",
    "RoundRefused",
    "RoundHeadsRefused",
    "Damaged",
)


def _function(name: str) -> Source:
    return "AWS/Lambda", {"FunctionName": f"${{{name}}}"}


def _each(functions: Sequence[str], metric: str, statistic: str) -> list[list[Any]]:
    return [_line(_function(name), metric, statistic, {"label": name}) for name in functions]


def _line(
    source: Source, metric: str, statistic: str, more: dict[str, str | bool] | None = None
) -> list[Any]:
    namespace, dimensions = source
    named = [part for pair in dimensions.items() for part in pair]
    shown = {"label": f"{metric} {statistic}"} | (more or {})
    return [namespace, metric, *named, {"stat": statistic} | shown]


def _graph(title: str, metrics: list[list[Any]], period_s: int = PERIOD_S) -> Widget:
    shown = {"title": title, "metrics": metrics, "period": period_s, "region": HERE}
    return {"type": "metric", "properties": shown | {"view": "timeSeries"}}


def _cold_starts() -> Widget:
    """Count cold starts by Lambda's own reports: it has no metric for them."""
    init = "record.metrics.initDurationMs"
    query = (
        f"SOURCE '/inkling/{STACK}/{API_FUNCTION}' | filter ispresent({init})"
        f" | stats count() as coldStarts, pct({init}, 50) as p50ms, pct({init}, 99) as p99ms"
        " by bin(1h)"
    )
    properties = {"title": "Cold starts of the API: how many, how long", "query": query}
    return {"type": "log", "properties": properties | {"region": HERE, "view": "table"}}


def _fuse() -> list[Any]:
    return _line(_function("Fuse"), "Invocations", "Sum")


def _page() -> Widget:
    source = ("AWS/CloudFront", {"DistributionId": "${Distribution}", "Region": "Global"})
    lines = [
        _line(source, "Requests", "Sum"),
        _line(source, "5xxErrorRate", "Average", {"yAxis": "right"}),
    ]
    widget = _graph("CloudFront: requests, and the share of 5xx in %", lines)
    widget["properties"]["region"] = "us-east-1"  # where CloudFront, which is global, counts
    return widget


def _costs() -> Widget:
    """Reckon what the API's requests cost; the bill itself comes a day later, and for all."""
    hidden: dict[str, str | bool] = {"visible": False}
    handler = _function(API_FUNCTION)
    gb_second = f"durations / 1000 * ${{ApiMemory}} / {MB_A_GB} * {LAMBDA_GB_SECOND.dollars:.10f}"
    each = f"{GATEWAY_REQUEST.dollars:.9f} * requests + {LAMBDA_REQUEST.dollars:.9f} * runs"
    reckoned = {"expression": f"{each} + {gb_second}", "label": "US dollars an hour"}
    return _graph(
        f"What the API's requests cost, by list prices of {DATE} (no logs, no CloudFront)",
        [
            [reckoned],
            _line(API, "Count", "Sum", hidden | {"id": "requests"}),
            _line(handler, "Invocations", "Sum", hidden | {"id": "runs"}),
            _line(handler, "Duration", "Sum", hidden | {"id": "durations"}),
        ],
        HOUR_S,
    )
