"""From one version of the API to the next, a tenth first; and back to the one before, at once."""

from dataclasses import dataclass
from typing import Any

from tools.deploy.aws import Account
from tools.deploy.errors import (
    AlarmsRaised,
    NoEarlierVersion,
    NotDeployed,
    TakenBack,
    VersionBroken,
)
from tools.deploy.live import ALIAS, API, CANARY_SHARE, LIVE, NONE, STABLE_VERSION
from tools.deploy.smoke import version_fault
from tools.deploy.stack import UNGUARDED, Guard, Stack
from tools.deploy.stage import Stage

CANARY = "0.1"  # of all requests
MINUTES = 20  # the slowest of the alarms below looks back over 15, and values are on their way
RAISED = "ALARM"
# Counts and a percentile of few: the tenth that goes wrong is enough for each of them.
TRIGGERS = ("ApiBroken", "ApiSlow", "APIHandlerErrors", "APIHandlerThrottles")
ALL_AT_ONCE = {STABLE_VERSION: "", CANARY_SHARE: NONE}


@dataclass(frozen=True, slots=True)
class Live:
    """What the alias points at: a version, and the one that has a share beside it, if any."""

    version: str
    canary: str | None = None

    @classmethod
    def of(cls, account: Account, stack: Stack) -> "Live | None":
        """Ask Lambda; None where the stack has no alias yet."""
        resources = stack.resources() if stack.describe() else {}
        if not resources.get(LIVE):
            return None
        found = account.client("lambda").get_alias(FunctionName=resources[API], Name=ALIAS)
        weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return cls(found["FunctionVersion"], next(iter(weights), None))

    def __str__(self) -> str:
        """Say it in a few words."""
        beside = f", and a tenth of the requests {self.canary}" if self.canary else ""
        return f"{self.version}{beside}"


def canary_parameters(live: Live) -> dict[str, str]:
    """Return the parameters under which the template's version gets a tenth."""
    return {STABLE_VERSION: live.version, CANARY_SHARE: CANARY}


def guard(account: Account, stack: Stack, minutes: int) -> Guard:
    """Return what CloudFormation watches, and for how long. Raises AlarmsRaised."""
    resources = stack.resources()
    names = {resources[name]: name for name in TRIGGERS if name in resources}
    found = account.client("cloudwatch").describe_alarms(AlarmNames=list(names))["MetricAlarms"]
    raised = sorted(names[each["AlarmName"]] for each in found if each["StateValue"] == RAISED)
    if raised:
        raise AlarmsRaised(raised)
    return Guard(tuple(each["AlarmArn"] for each in found), minutes)


def require_canary(account: Account, stage: Stage, next_step: str) -> None:
    """Require that the new version still has its share, and reads a seven by itself.

    Alarms tell little where little is asked; one that cannot read is taken back here. Raises
    TakenBack, VersionBroken.
    """
    stack = Stack(account, stage.stack)
    live = Live.of(account, stack)
    if not (live and live.canary):
        raise TakenBack(str(live))
    if fault := version_fault(account, stack.resources()[API], live.canary):
        go_back(account, stage, live.version, next_step)
        raise VersionBroken(live.canary, fault, live.version)


def go_back(account: Account, stage: Stage, wanted: str | None, next_step: str) -> str:
    """Let an earlier version answer, at once and to stay; return its number.

    wanted: its number; None for the one before what is live, or for what is live alone where a
    new one has a tenth. Raises NotDeployed, NoEarlierVersion, StackFailed.
    """
    stack = Stack(account, stage.stack)
    live = Live.of(account, stack)
    if live is None:
        raise NotDeployed(stage.stack, stage.name, account.region)
    function = stack.resources()[API]
    version = _earlier(_versions(account, function), live, wanted)
    account.client("lambda").update_alias(
        FunctionName=function,
        Name=ALIAS,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    print(f"Version {version} answers all requests. Keeping it so in the stack ...", flush=True)
    stack.settle(next_step)
    plan = stack.plan(None, {STABLE_VERSION: version, CANARY_SHARE: NONE}, UNGUARDED)
    if plan:
        stack.execute(plan, next_step)
    return version


def _earlier(versions: list[int], live: Live, wanted: str | None) -> str:
    if wanted is not None:
        found = [number for number in versions if str(number) == wanted]
    elif live.canary:
        found = [int(live.version)]
    else:
        found = [number for number in versions if number < int(live.version)]
    if not found:
        raise NoEarlierVersion(live.version, wanted, versions)
    return str(max(found))


def _versions(account: Account, function: str) -> list[int]:
    """Return the numbers of all versions of a function."""
    pages = account.client("lambda").get_paginator("list_versions_by_function")
    found: list[dict[str, Any]] = [
        each for page in pages.paginate(FunctionName=function) for each in page["Versions"]
    ]
    return [int(each["Version"]) for each in found if each["Version"].isdigit()]
