"""A bucket for drawings in bulk and its queues on a local server, as the template has them."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, NamedTuple

import boto3
from moto.sqs.models import SQSBackend

from bench.s3 import CREDENTIALS
from chalicelib.batch.inbox import INPUTS

MAX_RECEIVES = 5
COUNTS = 3
QUEUE_OPERATIONS = ("send_message", "receive_message", "delete_message", "get_queue_attributes")


class Inbox(NamedTuple):
    """Names of what was made; queue and parked: URLs. arn: of the queue."""

    bucket: str
    queue: str
    arn: str
    parked: str


@contextmanager
def atomic_queues() -> Iterator[None]:
    """Let the local server do one thing with its queues at a time, as SQS seems to do.

    moto replaces lists of messages while other threads add to them, and so loses some. Who waits
    for messages must not do so in the server then.
    """
    lock = RLock()
    before = {name: getattr(SQSBackend, name) for name in QUEUE_OPERATIONS}

    def locked(operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - moto's own
            with lock:
                return operation(*arguments, **options)

        return run

    for name, operation in before.items():
        setattr(SQSBackend, name, locked(operation))
    try:
        yield
    finally:
        for name, operation in before.items():
            setattr(SQSBackend, name, operation)


def client(service: str, endpoint: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return a client that speaks to a local server."""
    return boto3.session.Session().client(
        service,
        endpoint_url=endpoint,
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def make_inbox(s3: Any, sqs: Any, visibility_s: int) -> Inbox:  # noqa: ANN401 - boto3 has no types
    """Make an empty one; S3's word of the inputs goes to the queue, what fails often is parked."""
    name = f"inkling-{uuid.uuid4().hex}"
    parked = sqs.create_queue(QueueName=f"{name}-parked")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, parked), "maxReceiveCount": MAX_RECEIVES}
    attributes = {"VisibilityTimeout": str(visibility_s), "RedrivePolicy": json.dumps(redrive)}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = _arn(sqs, queue)
    s3.create_bucket(Bucket=name)
    rule = {"Key": {"FilterRules": [{"Name": "prefix", "Value": INPUTS}]}}
    told = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": rule}
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"QueueConfigurations": [told]}
    )
    return Inbox(name, queue, arn, parked)


def waiting(sqs: Any, url: str) -> int:  # noqa: ANN401 - boto3 has no types
    """Return how many messages a queue holds, those under way among them.

    The server counts both kinds one after the other, and a message may change between its counts.
    """
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = []
    for _ in range(COUNTS):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        counts.append(sum(int(found[name]) for name in names))
    return max(counts)


def _arn(sqs: Any, url: str) -> str:  # noqa: ANN401 - boto3 has no types
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = found["Attributes"]["QueueArn"]
    return arn
