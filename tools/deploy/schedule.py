"""A round of learning that is started by hand, as the schedule starts one each day."""

import json

from tools.deploy.aws import Account
from tools.deploy.errors import NotDeployed
from tools.deploy.stack import Stack
from tools.deploy.stage import Stage

ROUND = "Adapt"
# What EventBridge hands over; a round looks at the store alone, but Chalice wants each field.
SCHEDULED = {
    "version": "0",
    "id": "by-hand",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "",
    "time": "",
    "region": "",
    "resources": [],
    "detail": {},
}


def start_round(account: Account, stage: Stage) -> None:
    """Have a stage begin a round, and do not wait for it. Raises NotDeployed."""
    resources = Stack(account, stage.stack).resources()
    if ROUND not in resources:
        raise NotDeployed(stage.stack, stage.name, account.region)
    account.client("lambda").invoke(
        FunctionName=resources[ROUND], InvocationType="Event", Payload=json.dumps(SCHEDULED)
    )
    print(f"A round has begun; `make logs STAGE={stage.name}` tells of it.")
