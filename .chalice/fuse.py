"""The budget fuse, told by AWS Budgets: lets no request through to the API any more."""

import logging
import os

import boto3

THROTTLES = ("/*/*/throttling/rateLimit", "/*/*/throttling/burstLimit")


def blow(event: object, context: object) -> None:  # noqa: ARG001 - Lambda gives both
    """Set the stage's throttles to nothing; `make deploy` or `make restore` sets them again."""
    boto3.client("apigateway").update_stage(
        restApiId=os.environ["REST_API"],
        stageName=os.environ["API_STAGE"],
        patchOperations=[{"op": "replace", "path": path, "value": "0"} for path in THROTTLES],
    )
    logging.getLogger().warning("The budget fuse has blown: the API lets nothing through.")
