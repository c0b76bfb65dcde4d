"""What candidates do while they are tried, told in the log and in metrics.

No drawing goes through here, and no label either: the digits of a drawing may be somebody's number.
"""

import logging
from collections.abc import Callable, Mapping

from chalicelib.recognition.rollout import Compared, Failed, Rollout, Sighting

COMPARED = "CandidateCompared"
LABEL_DIFFERS = "CandidateLabelDiffers"
STATUS_DIFFERS = "CandidateStatusDiffers"
FAILED = "CandidateFailed"
ANSWERED = "CandidateAnswered"
COUNTS = (COMPARED, LABEL_DIFFERS, STATUS_DIFFERS, FAILED, ANSWERED)

WriteMetrics = Callable[[Mapping[str, float], Mapping[str, str]], None]
logger = logging.getLogger(__name__)


class RolloutLog:
    """The witness of a recognizer."""

    def __init__(self, write_metrics: WriteMetrics) -> None:
        self._write_metrics = write_metrics

    def __call__(self, rollout: Rollout, sighting: Sighting) -> None:
        """Count what was seen, in drawings; log what differs and what fails."""
        self._write_metrics(_counts(sighting), dimensions_of(rollout))
        facts = {"model": rollout.model, "live": rollout.live, "candidate": rollout.candidate}
        if isinstance(sighting, Failed):
            error = sighting.error
            logger.warning("The candidate failed: %r", error, exc_info=error, extra=facts)
        elif isinstance(sighting, Compared) and (sighting.labels or sighting.statuses):
            seen = sighting._asdict() | {"change": round(sighting.change, 6)}
            line = " ".join(f"{name}={value}" for name, value in (facts | seen).items())
            logger.info(line, extra=facts | seen)


def dimensions_of(rollout: Rollout) -> dict[str, str]:
    """Return what tells the counts of one candidate from those of another."""
    return {"Model": rollout.model, "Candidate": rollout.candidate}


def _counts(sighting: Sighting) -> dict[str, float]:
    if isinstance(sighting, Compared):
        return {
            COMPARED: 1,
            LABEL_DIFFERS: float(sighting.labels > 0),
            STATUS_DIFFERS: float(sighting.statuses > 0),
        }
    return {FAILED if isinstance(sighting, Failed) else ANSWERED: 1}
