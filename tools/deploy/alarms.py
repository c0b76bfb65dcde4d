"""When somebody is to be told: each alarm with its threshold, and why it is that one.

docs/operations.md has a section for each, under its name: what it means and what to do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

RUNBOOK = "docs/operations.md"
NAMESPACE: dict[str, Any] = {"Fn::Sub": "Inkling/${AWS::StackName}"}  # of the functions' own counts
ACTIONS = [{"Ref": "Notices"}]
HOUR_S, DAY_S = 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm: it goes off when a statistic is above its threshold, or below it.

    what: happened. why: the threshold is this one. dimensions: name the resource that is watched.
    above, below: the threshold; one of them is None. periods: of `period_s` each, in a row.
    judges_few: also a percentile of fewer than 10 / (1 - p) values, which else changes nothing.
    missing_breaches: whether a period without any value is beyond the threshold, too.
    """

    name: str
    what: str
    why: str
    namespace: Any
    metric: str
    dimensions: Mapping[str, Any] = field(default_factory=dict)
    statistic: str = "Sum"
    above: float | None = None
    below: float | None = None
    period_s: int = 300
    periods: int = 1
    judges_few: bool = False
    missing_breaches: bool = False

    @property
    def anchor(self) -> str:
        """Where its section of the runbook is."""
        return f"{RUNBOOK}#{self.name.lower()}"

    @property
    def range_s(self) -> int:
        """How far it looks back."""
        return self.period_s * self.periods

    @property
    def threshold(self) -> str:
        """Say when it goes off, as the runbook does."""
        side = f"below {self.below:g}" if self.above is None else f"above {self.above:g}"
        times = f" {self.periods} times in a row" if self.periods > 1 else ""
        return f"{self.statistic} of {self.metric} in {_duration(self.period_s)} {side}{times}"

    def resource(self) -> dict[str, Any]:
        """Return it as CloudFormation takes it."""
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": f"{self.what}. {self.why} What to do: {self.anchor}",
                "EvaluationPeriods": self.periods,
                "Threshold": self.below if self.above is None else self.above,
                "ComparisonOperator": (
                    "LessThanThreshold" if self.above is None else "GreaterThanThreshold"
                ),
                "TreatMissingData": "breaching" if self.missing_breaches else "notBreaching",
                "AlarmActions": ACTIONS,
                "OKActions": ACTIONS,  # that it is over is news, too
                **self._watched(),
            },
        }

    def _watched(self) -> dict[str, Any]:
        named = {"Namespace": self.namespace, "MetricName": self.metric, "Period": self.period_s}
        if self.dimensions:
            pairs = self.dimensions.items()
            named["Dimensions"] = [{"Name": name, "Value": value} for name, value in pairs]
        if not self.statistic.startswith("p"):
            return named | {"Statistic": self.statistic}
        few = {"EvaluateLowSampleCountPercentile": "evaluate" if self.judges_few else "ignore"}
        return named | {"ExtendedStatistic": self.statistic} | few


def alarms(functions: list[str]) -> Iterator[Alarm]:
    """Yield the alarms of a stack. functions: the logical names of its functions."""
    yield from STAGE_ALARMS
    for function in functions:
        yield from _of_function(function)


def _of_function(function: str) -> Iterator[Alarm]:
    dimensions = {"FunctionName": {"Ref": function}}
    yield Alarm(
        name=f"{function}Errors",
        what=f"The function {function} failed",
        why="What callers do wrong is answered and no failure, so a single one is a fault of ours.",
        namespace="AWS/Lambda",
        metric="Errors",
        dimensions=dimensions,
        above=0,
    )
    yield Alarm(
        name=f"{function}Throttles",
        what=f"Lambda did not run the function {function}, for too many run already",
        why="Each of them is a caller who was refused, or work that waits, so one is told.",
        namespace="AWS/Lambda",
        metric="Throttles",
        dimensions=dimensions,
        above=0,
    )


def _duration(seconds: int) -> str:
    if seconds == DAY_S:
        return "a day"
    return f"{seconds // HOUR_S} hours" if seconds > HOUR_S else f"{seconds // 60} minutes"


STAGE_ALARMS = (
    Alarm(
        name="ApiBroken",
        what="The API answers 5xx",
        why="A few in five minutes are one instance that was lost; five and more are no accident.",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        dimensions={"ApiName": {"Ref": "AWS::StackName"}, "Stage": "api"},
        above=4,
    ),
    Alarm(
        name="ApiSlow",
        what="One answer in a hundred takes longer than a second",
        why=(
            "A warm answer takes milliseconds, one with a cold start or a retried S3 some hundred; "
            "fifteen minutes above a second are neither. Few answers are judged, too: else "
            "CloudWatch would wait for a thousand, which most stages never have at a time."
        ),
        namespace="AWS/Lambda",
        metric="Duration",
        dimensions={"FunctionName": {"Ref": "APIHandler"}},
        statistic="p99",
        above=1000,
        periods=3,
        judges_few=True,
    ),
    Alarm(
        name="RoundRefused",
        what="A round was refused by its gate",
        why="Rounds run once a day and refuse only what would make the models worse.",
        namespace=NAMESPACE,
        metric="RoundRefused",
        above=0,
    ),
    Alarm(
        name="RoundMissing",
        what="No round has ended for 30 hours",
        why=(
            "Rounds run once a day, take minutes, and count their seconds whatever comes of them; "
            "six hours more are for those that Lambda tries again."
        ),
        namespace=NAMESPACE,
        metric="RoundSeconds",
        statistic="SampleCount",
        below=1,
        period_s=6 * HOUR_S,
        periods=5,
        missing_breaches=True,
    ),
    Alarm(
        name="LearntDamaged",
        what="A head, a rollout or the pointer to them is damaged",
        why="Nothing damages them in normal work; each day's round looks, and counts every one.",
        namespace=NAMESPACE,
        metric="Damaged",
        above=0,
    ),
    Alarm(
        name="AgreementFell",
        what="People say of most answers that they are wrong",
        why=(
            "Who is content says less, so agreement is below the accuracy, but not below a half; "
            "of fewer than twenty in a day CloudWatch judges no median."
        ),
        namespace=NAMESPACE,
        metric="FeedbackAgreed",
        statistic="p50",
        below=0.5,
        period_s=DAY_S,
    ),
    Alarm(
        name="FuseBlown",
        what="The budget fuse has shut the API",
        why="The fuse runs only to do that, so a single run is told.",
        namespace="AWS/Lambda",
        metric="Invocations",
        dimensions={"FunctionName": {"Ref": "Fuse"}},
        above=0,
    ),
    Alarm(
        name="BatchMessagesParked",
        what="Messages of drawings in bulk failed five times and are parked",
        why="Nothing is parked in normal work, so a single one is told.",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": {"Fn::GetAtt": ["BatchParked", "QueueName"]}},
        statistic="Maximum",
        above=0,
    ),
    Alarm(
        name="BatchSlow",
        what="A message of drawings in bulk has waited for an hour",
        why="What a killed worker held comes again after twelve minutes; an hour is five of these.",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": {"Fn::GetAtt": ["BatchQueue", "QueueName"]}},
        statistic="Maximum",
        above=3600,
        periods=3,
    ),
)
