"""The budget fuse from outside: whether it has blown, and setting it again."""

from tools.deploy.aws import Account
from tools.deploy.stack import Stack

API_STAGE = "api"
METHODS = "*/*"


def has_blown(account: Account, stack: Stack) -> bool:
    """Whether the API lets nothing through."""
    rest_api = stack.resources()["RestAPI"]
    stage = account.client("apigateway").get_stage(restApiId=rest_api, stageName=API_STAGE)
    found = stage.get("methodSettings", {}).get(METHODS, {})
    return bool(found.get("throttlingRateLimit") == 0)


def restore(account: Account, stack: Stack) -> bool:
    """Set the throttles to what the stack says, if the fuse has blown; return whether it had."""
    if not has_blown(account, stack):
        return False
    parameters = stack.parameters()
    wanted = {"rateLimit": parameters["ThrottleRate"], "burstLimit": parameters["ThrottleBurst"]}
    account.client("apigateway").update_stage(
        restApiId=stack.resources()["RestAPI"],
        stageName=API_STAGE,
        patchOperations=[
            {"op": "replace", "path": f"/{METHODS}/throttling/{name}", "value": value}
            for name, value in wanted.items()
        ],
    )
    return True
