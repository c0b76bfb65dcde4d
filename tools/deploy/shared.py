"""What the stages of an account and region share, made by the first and removed by the last."""

from pathlib import Path

from tools.deploy.aws import Account
from tools.deploy.buckets import empty
from tools.deploy.stack import Stack
from tools.deploy.stage import PREFIX, SHARED

TEMPLATE = Path(__file__).resolve().parents[2] / ".chalice" / "bootstrap.yaml"
NEXT_STEP = (
    f"Remove the stack {SHARED} by hand (`aws cloudformation delete-stack`) and run it again."
)


def ensure_shared(account: Account) -> str:
    """Make or update what is shared; return the name of the bucket for packages."""
    stack = Stack(account, SHARED)
    stack.settle(NEXT_STEP)
    body = {"TemplateBody": TEMPLATE.read_text()}
    plan = stack.plan(body, {"LogsRole": _logs_role(account, stack)})
    if plan:
        print("Making what all stages share: a bucket for packages, a role for access logs.")
        stack.execute(plan, NEXT_STEP)
    return stack.outputs()["DeploymentBucket"]


def remove_shared(account: Account) -> bool:
    """Remove what is shared where no stage is left that needs it; return whether it went."""
    stack = Stack(account, SHARED)
    if _stages_left(account) or not stack.describe():
        return False
    print("That was the last stage here: removing what they shared.")
    if bucket := stack.outputs().get("DeploymentBucket"):
        empty(account, bucket)
    if "LogsRoleOfGateway" in stack.resources():
        # The account's setting outlives the stack that made it, and would name a role that is gone.
        account.client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
        )
    stack.delete(NEXT_STEP)
    return True


def _logs_role(account: Account, stack: Stack) -> str:
    """Return "no" where the account has a role that is not the shared stack's own."""
    if stack.describe():
        return stack.parameters().get("LogsRole", "yes")
    role = account.client("apigateway").get_account().get("cloudwatchRoleArn")
    return "no" if role else "yes"


def _stages_left(account: Account) -> bool:
    pages = account.client("cloudformation").get_paginator("describe_stacks")
    names = {each["StackName"] for page in pages.paginate() for each in page["Stacks"]}
    return any(name.startswith(f"{PREFIX}-") and name != SHARED for name in names)
