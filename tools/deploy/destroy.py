"""`make destroy`: takes a stage out of the account, with or without its feedback."""

import sys

from tools.deploy.aws import Account
from tools.deploy.buckets import empty, is_ours
from tools.deploy.errors import NotConfirmed
from tools.deploy.shared import remove_shared
from tools.deploy.stack import Stack
from tools.deploy.stage import Stage

OWN_BUCKETS = ("SiteBucket", "BatchBucket")


def destroy(account: Account, stage: Stage, *, keep_feedback: bool, confirmed: bool) -> None:
    """Remove a stage; what is gone already is no failure. Raises DeployFailed.

    confirmed: whether to go ahead without asking.
    """
    stack = Stack(account, stage.stack)
    feedback = stage.feedback_bucket(account)
    if not confirmed:
        _ask(stage, account, "" if keep_feedback else f" and all feedback in {feedback}")
    for bucket in _own_buckets(stack):
        print(f"Emptying {bucket}: {empty(account, bucket)} objects.", flush=True)
    print(f"Removing the stack {stack.name} ...", flush=True)
    stack.delete(f"Run `make destroy STAGE={stage.name}` again.")
    if is_ours(account, feedback):
        _settle_feedback(account, feedback, keep=keep_feedback)
    remove_shared(account)


def _own_buckets(stack: Stack) -> list[str]:
    """Return the buckets that go with the stack, which CloudFormation removes only when empty."""
    resources = stack.resources() if stack.describe() else {}
    return [bucket for name in OWN_BUCKETS if (bucket := resources.get(name))]


def _settle_feedback(account: Account, bucket: str, *, keep: bool) -> None:
    if keep:
        print(f"Kept the feedback in {bucket}; the next `make deploy` takes it up again.")
        return
    print(f"Removing the feedback: {empty(account, bucket)} objects in all versions.")
    account.client("s3").delete_bucket(Bucket=bucket)


def _ask(stage: Stage, account: Account, more: str) -> None:
    """Raise NotConfirmed unless the stage's name is typed."""
    print(f"This removes the stage {stage.name} in {account.region} of account {account.id}{more}.")
    print(f"Type {stage.name} to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != stage.name:
        raise NotConfirmed
