"""`make deploy` and `make deploy-site`: each step says what it does, and may be done again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.deploy.aws import Account
from tools.deploy.buckets import is_ours, put_once
from tools.deploy.errors import BadParameter, FuseBlown, NoPackage, NotDeployed
from tools.deploy.fuse import has_blown
from tools.deploy.live import STABLE_VERSION, VERSION
from tools.deploy.schedule import start_round
from tools.deploy.shared import ensure_shared
from tools.deploy.shift import ALL_AT_ONCE, Live, canary_parameters, guard, require_canary
from tools.deploy.site import publish
from tools.deploy.smoke import require_live
from tools.deploy.stack import NEW, UNGUARDED, Guard, Stack
from tools.deploy.stage import Stage
from tools.deploy.template import stack_template

PACKAGE = "deployment.zip"
PACKAGED = "template.json"
STACK_TEMPLATE = "stack.json"
DEFAULT_CONCURRENCY = 80
GOES_BACK = "an alarm takes all of it back."
OURS_TO_SET = ("CodeBucket", "CodeKey", "FeedbackKept", *ALL_AT_ONCE)


def deploy(
    account: Account, stage: Stage, build: Path, given: Mapping[str, str], minutes: int
) -> str:
    """Bring a stage to what was built; return the address of its page.

    build: holds deployment.zip and template.json. given: parameters of the stack to set. minutes:
    for how long a new version of the API answers a tenth of the requests, watched by alarms; 0 to
    let it answer all at once. Raises DeployFailed.
    """
    packaged = _packaged(build)
    _check_parameters(given, stack_template(packaged))
    stack = Stack(account, stage.stack)
    stack.settle(way_out(stack.name, stack.status, stage))
    kept = _feedback_kept(account, stage, stack)
    bucket = ensure_shared(account)
    code_key = _upload(account, bucket, build / PACKAGE, "code")
    parameters = {"CodeBucket": bucket, "CodeKey": code_key, "FeedbackKept": kept}
    is_new = stack.status in NEW
    if is_new:
        parameters |= _affordable(account)
    parameters |= given
    template = stack_template(packaged, ({} if is_new else stack.parameters()) | parameters)
    (build / STACK_TEMPLATE).write_text(json.dumps(template, indent=1))
    template_key = _upload(account, bucket, build / STACK_TEMPLATE, "template")
    url = f"{account.client('s3').meta.endpoint_url}/{bucket}/{template_key}"
    live = Live.of(account, stack)
    if live and minutes and _is_news(stack, template):
        watched = guard(account, stack, minutes)
        print(f"The new version answers a tenth of the requests for {minutes} minutes; {GOES_BACK}")
        _change(stack, stage, url, parameters | canary_parameters(live), watched)
        require_canary(account, stage, way_out(stack.name, stack.status, stage))
    _change(stack, stage, url, parameters | ALL_AT_ONCE)
    if is_new:  # the schedule's first is a day away, and an alarm tells of days without one
        start_round(account, stage)
    return publish_site(account, stage)


def publish_site(account: Account, stage: Stage) -> str:
    """Put the page where the stage serves it and look at it; return its address."""
    stack = Stack(account, stage.stack)
    outputs = stack.outputs()
    if "SiteBucket" not in outputs:
        raise NotDeployed(stage.stack, stage.name, account.region)
    count = publish(account, outputs["SiteBucket"])
    print(f"The page: {count} files put." if count else "The page: nothing new.")
    if has_blown(account, stack):
        raise FuseBlown(stage.name)
    site = outputs["SiteURL"]
    print(f"Looking at {site} ...", flush=True)
    require_live(site, stage.name)
    return site


def _packaged(build: Path) -> dict[str, Any]:
    for name in (PACKAGE, PACKAGED):
        if not (build / name).is_file():
            raise NoPackage(str(build / name))
    found: dict[str, Any] = json.loads((build / PACKAGED).read_text())
    return found


def _is_news(stack: Stack, template: Mapping[str, Any]) -> bool:
    """Whether the template's version of the API does not answer all requests yet."""
    (version,) = [name for name in template["Resources"] if name.startswith(VERSION)]
    return version not in stack.resources() or bool(stack.parameters().get(STABLE_VERSION))


def _check_parameters(given: Mapping[str, str], template: Mapping[str, Any]) -> None:
    names = [name for name in template["Parameters"] if name not in OURS_TO_SET]
    for name, value in given.items():
        if name not in names:
            raise BadParameter(f"{name}={value}", names)


def _feedback_kept(account: Account, stage: Stage, stack: Stack) -> str:
    """Return "yes" where the feedback bucket is there and not this stack's. May raise."""
    there = is_ours(account, stage.feedback_bucket(account))
    if there and (stack.status in NEW or "FeedbackBucket" not in stack.resources()):
        print("The feedback that an earlier `make destroy` kept is taken up again.")
        return "yes"
    return "no"


def _upload(account: Account, bucket: str, path: Path, folder: str) -> str:
    """Put a file under its sha256; return the key."""
    key = f"{folder}/{hashlib.sha256(path.read_bytes()).hexdigest()}{path.suffix}"
    size_mb = path.stat().st_size / 1e6
    print(f"Uploading {path.name} ({size_mb:.1f} MB) ...", flush=True)
    if not put_once(account, bucket, key, path):
        print("  is there already.")
    return key


def _affordable(account: Account) -> dict[str, str]:
    """Return the reservations that the account's quota leaves room for.

    A new account runs ten functions at once and lets nothing be reserved.
    """
    limits = account.client("lambda").get_account_settings()["AccountLimit"]
    spare = limits["UnreservedConcurrentExecutions"] - 100  # AWS keeps so many for the rest
    if spare >= 2 * DEFAULT_CONCURRENCY:
        return {}
    print(
        f"This account runs {limits['ConcurrentExecutions']} functions at once, too few to "
        "reserve any; the throttle alone bounds the API."
    )
    return {"ApiConcurrency": "none", "OwnConcurrency": "no"}


def _change(
    stack: Stack,
    stage: Stage,
    url: str,
    parameters: Mapping[str, str],
    watched: Guard = UNGUARDED,
) -> None:
    plan = stack.plan({"TemplateURL": url}, parameters, watched)
    if plan is None:
        print(f"The stack {stack.name}: nothing to change.")
        return
    print(f"Changes to the stack {stack.name}:")
    for change in stack.changes(plan):
        print(f"  {change}")
    print("Carrying them out; the first time takes some minutes ...", flush=True)
    stack.execute(plan, way_out(stack.name, stack.status, stage))


def way_out(stack: str, status: str | None, stage: Stage) -> str:
    """Return what to do where a stack of that status cannot be changed, or a change fails."""
    again = (
        f"`make destroy STAGE={stage.name} KEEP_FEEDBACK=1` and `make deploy STAGE={stage.name}`"
    )
    match status:
        case (
            None | "REVIEW_IN_PROGRESS" | "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED"
        ):
            return f"Its first creation failed: mend the cause, then {again}."
        case "UPDATE_ROLLBACK_FAILED":
            command = f"aws cloudformation continue-update-rollback --stack-name {stack}"
            return f"Run `{command}`, then `make deploy` again."
        case "DELETE_FAILED":
            return f"It was to be removed: {again}."
        case _:
            return "What ran before runs on: mend the cause and run it again."
