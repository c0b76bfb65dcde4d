"""A bucket for drawings in bulk and its queues, of a deployed stage or named one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from export.errors import NoBatch, StorageRefused

STACK = "inkling-{}"
AT_ONCE = 10  # messages of a request, the most that SQS gives
EMPTY_ANSWERS = 5  # in a row, until a queue counts as empty: SQS asks some of its servers at a time


@dataclass(frozen=True, slots=True)
class Place:
    """Where drawings are put and what waits; queue and parked: URLs, None where not known."""

    bucket: str
    queue: str | None = None
    parked: str | None = None

    @property
    def s3(self) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a client for the bucket."""
        return client("s3")


def client(service: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return a client of AWS with the credentials and the region of this environment."""
    import boto3

    return boto3.session.Session().client(service)


def place_of(stage: str) -> Place:
    """Return the place of a stage, by the outputs of its stack. Raises NoBatch, StorageRefused."""
    stack = STACK.format(stage)
    with aws():
        from botocore.exceptions import ClientError

        try:
            found = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                raise NoBatch(f"There is no stack {stack}: make deploy STAGE={stage}") from error
            raise
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    if "BatchBucket" not in outputs:
        raise NoBatch(f"{stack} is older than drawings in bulk: make deploy STAGE={stage}")
    return Place(outputs["BatchBucket"], outputs["BatchQueue"], outputs["BatchParked"])


def count_parked(place: Place) -> int | None:
    """Return how many messages are parked, about; None where it is not known which queue."""
    return None if place.parked is None else _count(place.parked, ["ApproximateNumberOfMessages"])


def count_waiting(place: Place) -> int | None:
    """Return how many messages wait or are worked on, about; None where no queue is known."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return None if place.queue is None else _count(place.queue, names)


def _count(url: str, names: list[str]) -> int:
    with aws():
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def send_parked_again(place: Place) -> int:
    """Move parked messages back to the queue; return how many. Raises NoBatch, StorageRefused.

    Each is sent before it is taken away: stopped half-way, some are worked on twice, none is lost.
    """
    if place.queue is None or place.parked is None:
        raise NoBatch("Name the stage: parked messages are moved between its queues.")
    moved = 0
    with aws():
        sqs = client("sqs")
        for message in _receive_all(sqs, place.parked):
            sqs.send_message(QueueUrl=place.queue, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=place.parked, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _receive_all(sqs: Any, url: str) -> Iterator[dict[str, str]]:  # noqa: ANN401 - boto3 has no types
    empty = 0
    while empty < EMPTY_ANSWERS:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=AT_ONCE)
        messages = found.get("Messages", [])
        empty = 0 if messages else empty + 1
        yield from messages


@contextmanager
def aws() -> Iterator[None]:
    """Turn what AWS refuses, and what keeps it from being reached, into StorageRefused."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageRefused(str(error)) from error
