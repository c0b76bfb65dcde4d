"""What the schedule calls: a round over the store, told in the log and in metrics."""

import logging
from typing import Any

from chalicelib.wiring import Services

logger = logging.getLogger(__name__)


def run_scheduled_round(services: Services) -> dict[str, Any]:
    """Sweep the feedback, run a round, tell its figures as metrics and its end in the log.

    Returns how it ended. The sweep is how feedback leaves a bucket on the day that was promised.
    What fails, fails the invocation: Lambda tries again, and a round may be run again.
    """
    from chalicelib.learning.reports import counts_of

    services.feedback.sweep()
    report = services.round("schedule").run().report
    services.metrics.write(counts_of(report))
    logger.info("Round %s: %s; %s", report.round[:8] or "-", report.outcome, report.words)
    return {"round": report.round, "outcome": report.outcome, "detail": report.words}
