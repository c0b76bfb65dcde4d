"""The queue to which parts are sent. One of the places that know boto3."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.errors import StorageUnavailable

if TYPE_CHECKING:
    from botocore.client import BaseClient

AT_ONCE = 10  # messages of a request, the most that SQS takes


class Queue:
    """A queue by its ARN."""

    def __init__(self, arn: str) -> None:
        *_, self._region, self._account, self._name = arn.split(":")

    def send(self, bodies: Iterable[str]) -> None:
        """Send messages. Raises StorageUnavailable; some of them may have been sent then."""
        from botocore.exceptions import BotoCoreError, ClientError

        client = _client(self._region)
        url = f"{client.meta.endpoint_url}/{self._account}/{self._name}"
        try:
            for entries in _entries(bodies):
                answer = client.send_message_batch(QueueUrl=url, Entries=entries)
                if answer.get("Failed"):
                    raise StorageUnavailable("send")
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable("send") from error


def _entries(bodies: Iterable[str]) -> Iterator[Sequence[dict[str, str]]]:
    left = iter(bodies)
    while batch := list(islice(left, AT_ONCE)):
        yield [{"Id": str(i), "MessageBody": body} for i, body in enumerate(batch)]


@cache
def _client(region: str) -> "BaseClient":
    import boto3

    return boto3.session.Session().client("sqs", region_name=region)
