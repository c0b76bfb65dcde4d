"""The metrics are what CloudWatch takes from a log, and only in Lambda."""

import io
import json

import pytest

from chalicelib.metrics import MOST_AT_ONCE, MetricLog


def test_a_line_is_in_the_embedded_metric_format() -> None:
    stream = io.StringIO()
    log = MetricLog(stream, "Inkling/inkling-prod", now_s=lambda: 1772366400.25)
    log.write({"RoundsRefused": 1, "Accepted": 41.0}, {"Model": "cnn"})
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {
        "_aws": {
            "Timestamp": 1772366400250,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Inkling/inkling-prod",
                    "Dimensions": [["Model"]],
                    "Metrics": [
                        {"Name": "RoundsRefused", "Unit": "Count"},
                        {"Name": "Accepted", "Unit": "Count"},
                    ],
                }
            ],
        },
        "Model": "cnn",
        "RoundsRefused": 1,
        "Accepted": 41.0,
    }


def test_nowhere_to_write_is_no_failure() -> None:
    MetricLog(None, "Inkling").write({"Feedback": 1})


@pytest.mark.parametrize(
    ("counts", "dimensions"),
    [
        ({"Rounds": float("nan")}, {}),
        ({f"Metric{n}": 1.0 for n in range(MOST_AT_ONCE + 1)}, {}),
        ({"Model": 1.0}, {"Model": "cnn"}),
    ],
)
def test_what_cloudwatch_would_drop_is_refused_everywhere(
    counts: dict[str, float], dimensions: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"fit|compliant"):
        MetricLog(None, "Inkling").write(counts, dimensions)
