"""`make status` and `make logs`: how a stage is, and what it says."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.deploy.alarms import RUNBOOK
from tools.deploy.aws import Account
from tools.deploy.errors import NotDeployed
from tools.deploy.fuse import has_blown
from tools.deploy.shift import RAISED, Live
from tools.deploy.stack import Stack
from tools.deploy.stage import Stage

FOLLOW_S = 2.0
HOUR = 3600
DAY = timedelta(days=1)


def show_status(account: Account, stage: Stage) -> None:
    """Print a stage's state, address, alarms, requests of the last day, and its fuse."""
    stack = _stack(account, stage)
    print(f"{stack.name} in {account.region}: {stack.status}")
    outputs = stack.outputs()
    print(f"The page:  {outputs.get('SiteURL', 'not there yet')}")
    print(f"Feedback:  {outputs.get('FeedbackBucket', 'not there yet')}")
    if "SiteURL" in outputs:
        fuse = "blown; the API answers 429" if has_blown(account, stack) else "whole"
        print(f"Fuse:      {fuse}")
        print(f"Version:   {Live.of(account, stack) or 'without an alias'}")
        print(f"Requests:  {_requests(account, stack)} in the last day")
    print(f"Dashboard: {_dashboard(account, stack)}")
    for name, state in _alarms(account, stack):
        section = f": {RUNBOOK}#{name.lower()}" if state == RAISED else ""
        print(f"Alarm:     {name} {state}{section}")


def show_logs(account: Account, stage: Stage, *, since: timedelta, follow: bool) -> None:
    """Print what the stage's functions and its gateway wrote, one line an event, in order."""
    stack = _stack(account, stage)
    kinds = {name: group for name, group in stack.resources().items() if name.endswith("Log")}
    start = datetime.now(UTC) - since
    while True:
        until = datetime.now(UTC)
        events = [e for name, group in kinds.items() for e in _events(account, name, group, start)]
        for at, name, message in sorted(events):
            print(f"{at:%Y-%m-%d %H:%M:%S} {name:14s} {message}", flush=True)
        if not follow:
            return
        start = max([until, *(at + timedelta(milliseconds=1) for at, _, _ in events)])
        time.sleep(FOLLOW_S)


def _stack(account: Account, stage: Stage) -> Stack:
    stack = Stack(account, stage.stack)
    if stack.describe() is None:
        raise NotDeployed(stage.stack, stage.name, account.region)
    return stack


def _requests(account: Account, stack: Stack) -> int:
    now = datetime.now(UTC)
    found = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[{"Name": "ApiName", "Value": stack.name}, {"Name": "Stage", "Value": "api"}],
        StartTime=now - DAY,
        EndTime=now,
        Period=HOUR,
        Statistics=["Sum"],
    )
    return int(sum(each["Sum"] for each in found["Datapoints"]))


def _dashboard(account: Account, stack: Stack) -> str:
    """Return the address of its dashboard in AWS's console."""
    console = f"https://{account.region}.console.aws.amazon.com/cloudwatch/home"
    name = f"{stack.name}-{account.region}"
    return f"{console}?region={account.region}#dashboards/dashboard/{name}"


def _alarms(account: Account, stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield the logical names and the states of its alarms."""
    names = {physical: logical for logical, physical in stack.resources().items()}
    pages = account.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=f"{stack.name}-"):
        for alarm in page["MetricAlarms"]:
            if name := names.get(alarm["AlarmName"]):
                yield name, alarm["StateValue"]


def _events(
    account: Account, name: str, group: str, since: datetime
) -> Iterator[tuple[datetime, str, str]]:
    """Yield time, writer and message; Lambda's own reports of starts and ends are left out."""
    pages = account.client("logs").get_paginator("filter_log_events")
    start = int(since.timestamp() * 1000)
    for page in pages.paginate(logGroupName=group, startTime=start):
        for event in page["events"]:
            message = event["message"].strip()
            if not _is_platform(message):
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield at, name.removesuffix("Log"), message


def _is_platform(message: str) -> bool:
    try:
        found: Any = json.loads(message)
    except ValueError:
        return message.startswith(("START ", "END ", "REPORT ", "INIT_START "))
    return isinstance(found, dict) and str(found.get("type", "")).startswith("platform.")
