"""What the schedule calls: a round over the store, told in the log."""

import sys
import time
from typing import Any

from chalicelib.wiring import Services


def run_scheduled_round(services: Services) -> dict[str, Any]:
    """Sweep the feedback, run a round and write its figures as CloudWatch metrics.

    Returns how it ended. The sweep is how feedback leaves a bucket on the day that was promised.
    What fails, fails the invocation: Lambda tries again, and a round may be run again.
    """
    from chalicelib.learning.round_metrics import metrics_line

    services.feedback.sweep()
    report = services.round("schedule").run().report
    # Metrics are a line of their own: the prefix that the logger writes would hide them.
    sys.stdout.write(metrics_line(report, round(time.time() * 1000)) + "\n")
    return {"round": report.round, "outcome": report.outcome, "detail": report.words}
