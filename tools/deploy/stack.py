"""A CloudFormation stack: what it is in, what would change, changing and removing it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tools.deploy.aws import Account
from tools.deploy.errors import StackFailed, StackStuck
from tools.deploy.watch import Watch, pauses_s

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
CHANGEABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
PREVIOUS_TEMPLATE: dict[str, Any] = {"UsePreviousTemplate": True}
NEW = (None, "REVIEW_IN_PROGRESS")  # a change set alone makes a stack that waits for it


@dataclass(frozen=True, slots=True)
class Change:
    """What a change set would do to one resource."""

    action: str
    resource: str
    kind: str
    replacement: bool

    def __str__(self) -> str:
        note = ", by another one in its place" if self.replacement else ""
        return f"{self.action:7s} {self.resource} ({self.kind}{note})"


@dataclass(frozen=True, slots=True)
class Guard:
    """What takes a change back: alarms, by their ARNs, that go off while it is made or after.

    minutes: for how long they are watched once it is made.
    """

    alarms: tuple[str, ...] = ()
    minutes: int = 0

    @property
    def configuration(self) -> dict[str, Any]:
        """As CloudFormation takes it; an empty list replaces an earlier one."""
        triggers = [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"} for arn in self.alarms]
        return {"RollbackTriggers": triggers, "MonitoringTimeInMinutes": self.minutes}


UNGUARDED = Guard()


class Stack:
    """A stack by its name, whether it is there or not."""

    def __init__(self, account: Account, name: str) -> None:
        self._cloudformation = account.client("cloudformation")
        self.name = name

    def describe(self) -> dict[str, Any] | None:
        """Return what CloudFormation says of it, None where there is none."""
        try:
            found = self._cloudformation.describe_stacks(StackName=self.name)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        stack: dict[str, Any] = found["Stacks"][0]
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack

    @property
    def status(self) -> str | None:
        """Its status, None where there is none."""
        found = self.describe()
        return found["StackStatus"] if found else None

    def outputs(self) -> dict[str, str]:
        """Return its outputs by name."""
        found = self.describe() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}

    def parameters(self) -> dict[str, str]:
        """Return its parameters by name."""
        found = self.describe() or {}
        return {
            each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", ())
        }

    def resources(self) -> dict[str, str]:
        """Return the physical ids of what it holds by logical name."""
        pages = self._cloudformation.get_paginator("list_stack_resources")
        return {
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for page in pages.paginate(StackName=self.name)
            for each in page["StackResourceSummaries"]
            if each["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def settle(self, next_step: str) -> None:
        """Wait for what is going on; raise StackStuck where it cannot be changed after that."""
        status = self.status
        if status and status.endswith("_IN_PROGRESS") and status not in NEW:
            print(f"{self.name} is in {status}; waiting for that to end.", flush=True)
            self._watch().until_settled()
            status = self.status
        if status not in (*NEW, *CHANGEABLE):
            raise StackStuck(self.name, str(status), next_step)

    def plan(
        self,
        template: Mapping[str, str] | None,
        parameters: Mapping[str, str],
        guard: Guard = UNGUARDED,
    ) -> str | None:
        """Make a change set; return its name, None where nothing would change.

        template: TemplateURL or TemplateBody; None for the one it has. parameters: those to set;
        others stay as they are, and where there is no stack yet have their defaults. Raises
        StackFailed.
        """
        is_new = self.status in NEW
        name = f"inkling-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
        self._cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="CREATE" if is_new else "UPDATE",
            Parameters=self._values(template, parameters, is_new=is_new),
            Capabilities=CAPABILITIES,
            Tags=[{"Key": "project", "Value": "inkling"}],
            RollbackConfiguration=guard.configuration,
            **(template or PREVIOUS_TEMPLATE),
        )
        reason = self._failure_of(name)
        if reason is None:
            return name
        self._discard(name, is_new=is_new)
        if any(words in reason for words in NO_CHANGES):
            return None
        raise StackFailed(self.name, "a change set that failed", [reason], "Nothing was changed.")

    def changes(self, plan: str) -> list[Change]:
        """Return what a change set would do."""
        pages = self._cloudformation.get_paginator("describe_change_set")
        return [
            Change(
                change["Action"],
                change["LogicalResourceId"],
                change["ResourceType"],
                change.get("Replacement") == "True",
            )
            for page in pages.paginate(StackName=self.name, ChangeSetName=plan)
            for each in page["Changes"]
            for change in (each["ResourceChange"],)
        ]

    def execute(self, plan: str, next_step: str) -> None:
        """Carry out a change set, saying how it goes. Raises StackFailed."""
        watch = self._watch()
        self._cloudformation.execute_change_set(StackName=self.name, ChangeSetName=plan)
        self._require(watch, ("CREATE_COMPLETE", "UPDATE_COMPLETE"), next_step)

    def delete(self, next_step: str) -> None:
        """Remove the stack, if it is there, saying how it goes. Raises StackFailed."""
        if self.describe():
            watch = self._watch()
            self._cloudformation.delete_stack(StackName=self.name)
            self._require(watch, ("DELETE_COMPLETE",), next_step)

    def _watch(self) -> Watch:
        found = self.describe() or {}
        return Watch(self._cloudformation, found.get("StackId", self.name))

    def _require(self, watch: Watch, wanted: Sequence[str], next_step: str) -> None:
        status = watch.until_settled()
        if status not in wanted:
            raise StackFailed(self.name, status, watch.failures(), next_step)

    def _values(
        self, template: Mapping[str, str] | None, given: Mapping[str, str], *, is_new: bool
    ) -> list[dict[str, Any]]:
        source = template or {"StackName": self.name}
        summary = self._cloudformation.get_template_summary(**source)
        wanted = {each["ParameterKey"] for each in summary["Parameters"]}
        has = set() if is_new else set(self.parameters())
        kept = [{"ParameterKey": k, "UsePreviousValue": True} for k in (has & wanted) - set(given)]
        return kept + [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]

    def _failure_of(self, plan: str) -> str | None:
        """Wait until a change set is made; return why it could not be, None where it could."""
        pauses = pauses_s()
        while True:
            found = self._cloudformation.describe_change_set(
                StackName=self.name, ChangeSetName=plan
            )
            if found["Status"] == "CREATE_COMPLETE":
                return None
            if found["Status"] == "FAILED":
                return str(found.get("StatusReason", "AWS gave no reason"))
            time.sleep(next(pauses))

    def _discard(self, plan: str, *, is_new: bool) -> None:
        self._cloudformation.delete_change_set(StackName=self.name, ChangeSetName=plan)
        if is_new:
            self._cloudformation.delete_stack(StackName=self.name)
