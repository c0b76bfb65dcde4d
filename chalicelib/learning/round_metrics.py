"""A round as one line of CloudWatch's embedded metric format.

Format: Amazon CloudWatch User Guide, "Specification: Embedded metric format". No drawing, label
or sender is in it, only counts.
"""

import json

from chalicelib.learning.reports import Outcome, Report

NAMESPACE = "Inkling"


def metrics_line(report: Report, time_ms: int) -> str:
    """Return the line; time_ms: milliseconds since 1970."""
    values = {
        "RoundDrawings": report.feedback.get("drawings", 0),
        "RoundHeldOut": report.feedback.get("held_out", 0),
        "RoundSeconds": report.seconds,
        "RoundPromoted": int(report.outcome is Outcome.PROMOTED),
        "RoundRefused": int(report.outcome is Outcome.REFUSED),
    }
    units = {name: "Seconds" if name == "RoundSeconds" else "Count" for name in values}
    described = [{"Name": name, "Unit": unit} for name, unit in units.items()]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": described}
    told = {
        "round": report.round,
        "dataset": report.dataset,
        "outcome": report.outcome,
        "detail": report.words,
        "triaged": report.triaged,
        "models": {
            name: {"promoted": found["promoted"], "head": found["head"], **found["adapted"]}
            for name, found in report.models.items()
        },
    }
    emf = {"_aws": {"Timestamp": time_ms, "CloudWatchMetrics": [directive]}}
    return json.dumps(emf | values | told, allow_nan=False)
