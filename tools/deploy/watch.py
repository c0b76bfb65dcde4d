"""What happens to a stack, told while it happens."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

FIRST_POLL_S, LAST_POLL_S = 0.1, 2.0
GONE = "DELETE_COMPLETE"


def pauses_s() -> Iterator[float]:
    """Yield how long to wait before each look: little for what takes an instant, then more."""
    pause_s = FIRST_POLL_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, LAST_POLL_S)


class Watch:
    """Watches a stack from now on: events of before are not told, whatever the clocks say."""

    def __init__(self, cloudformation: BaseClient, stack_id: str) -> None:
        self._cloudformation = cloudformation
        self._stack_id = stack_id  # by its id a stack can be asked for after it is gone
        self._before = {event["EventId"] for event in self._events()}

    def until_settled(self) -> str:
        """Tell what happens until nothing does; return the stack's last status."""
        told: set[str] = set()
        pauses = pauses_s()
        while (status := self._tell_new(told)).endswith("_IN_PROGRESS"):
            time.sleep(next(pauses))
        return status

    def failures(self) -> list[str]:
        """Return why things failed, the first first; not what was given up because of them."""
        return [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in self._new()
            if event["ResourceStatus"].endswith("_FAILED")
            and "cancelled" not in event.get("ResourceStatusReason", "cancelled")
        ]

    def _tell_new(self, told: set[str]) -> str:
        """Tell what has not been told; return the status of before."""
        status = self._status()
        for event in self._new():
            if event["EventId"] not in told:
                told.add(event["EventId"])
                _tell(event)
        return status

    def _status(self) -> str:
        try:
            found = self._cloudformation.describe_stacks(StackName=self._stack_id)
        except ClientError as error:
            if "does not exist" in str(error):
                return GONE
            raise
        status: str = found["Stacks"][0]["StackStatus"]
        return status

    def _new(self) -> Iterator[Mapping[str, Any]]:
        events = [event for event in self._events() if event["EventId"] not in self._before]
        yield from reversed(events)

    def _events(self) -> Iterator[Mapping[str, Any]]:
        """Yield every event, the newest first."""
        pages = self._cloudformation.get_paginator("describe_stack_events")
        try:
            for page in pages.paginate(StackName=self._stack_id):
                yield from page["StackEvents"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise


def _tell(event: Mapping[str, Any]) -> None:
    if not event["ResourceStatus"].endswith("_IN_PROGRESS"):
        print(f"  {event['ResourceStatus']:18s} {event['LogicalResourceId']}", flush=True)
