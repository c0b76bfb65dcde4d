"""What the schedule calls: a round over the store, told in the log and in metrics."""

import logging
from typing import Any

from chalicelib.wiring import Services

DAMAGED = "Damaged"  # the metric: objects that are

logger = logging.getLogger(__name__)


def run_scheduled_round(services: Services) -> dict[str, Any]:
    """Sweep the feedback, run a round, tell its figures as metrics and its end in the log.

    Returns how it ended. The sweep is how feedback leaves a bucket on the day that was promised.
    Damage to what was learnt before is told, too: nobody who draws would notice.
    What fails, fails the invocation: Lambda tries again, and a round may be run again.
    """
    from chalicelib.learning.reports import counts_of

    services.feedback.sweep()
    damage = services.damage()
    for error in damage:
        logger.error("Damaged: %s", error)
    services.metrics.write({DAMAGED: len(damage)})
    report = services.round("schedule").run().report
    services.metrics.write(counts_of(report))
    logger.info("Round %s: %s; %s", report.round[:8] or "-", report.outcome, report.words)
    return {"round": report.round, "outcome": report.outcome, "detail": report.words}
