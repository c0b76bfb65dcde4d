"""What a deployed stage has counted of a candidate, as CloudWatch keeps it."""

from datetime import UTC, datetime, timedelta

from chalicelib.learning.rollout_log import COUNTS, dimensions_of
from chalicelib.recognition.rollout import Rollout
from export.batch.stage import STACK, aws, client

NAMESPACE = "Inkling/{}"  # of a stack, as its template says
DAY_S = 86_400


def fetch_counts(stage: str, rollout: Rollout, days: int) -> dict[str, int]:
    """Return the sum of each count since so many days ago. Raises StorageRefused."""
    until = datetime.now(UTC) + timedelta(minutes=1)  # the present minute, too
    with aws():
        cloudwatch = client("cloudwatch")
        found = {
            name: cloudwatch.get_metric_statistics(
                Namespace=NAMESPACE.format(STACK.format(stage)),
                MetricName=name,
                Dimensions=[
                    {"Name": of, "Value": value} for of, value in dimensions_of(rollout).items()
                ],
                StartTime=until - timedelta(days=days),
                EndTime=until,
                Period=DAY_S,
                Statistics=["Sum"],
            )["Datapoints"]
            for name in COUNTS
        }
    return {name: round(sum(point["Sum"] for point in points)) for name, points in found.items()}
