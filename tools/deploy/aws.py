"""One AWS account and region: who asks, what is to be had there, and failures in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import boto3
from botocore import exceptions
from botocore.client import BaseClient
from botocore.config import Config

from tools.deploy.errors import (
    DeployFailed,
    NoCredentials,
    NoRegion,
    NotAllowed,
    RegionLacksService,
    Unreachable,
)

SERVICES = ("apigateway", "cloudformation", "cloudwatch", "events", "lambda", "logs", "s3", "sns")
# CloudFormation makes no budgets there; a test asks cfn-lint whether that is so still.
WITHOUT_BUDGETS = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2"),
        *("ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6"),
        *("ap-southeast-7", "ca-west-1", "eu-central-2", "eu-north-1", "eu-south-1"),
        *("eu-south-2", "il-central-1", "me-central-1", "mx-central-1"),
    }
)
CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 5})
IDENTITY_CODES = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
RIGHTS_CODES = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


class Account:
    """An account, seen from one region.

    id: its twelve digits. region: as eu-central-1.
    """

    def __init__(self, session: boto3.session.Session, account_id: str, region: str) -> None:
        self._session = session
        self.id = account_id
        self.region = region
        self.client = cache(self._client)

    def _client(self, service: str) -> BaseClient:
        return self._session.client(service, config=CONFIG, region_name=self.region)


def connect() -> Account:
    """Return the account that the environment, a profile or a role stands for.

    Raises NoRegion, RegionLacksService, NoCredentials, Unreachable.
    """
    session = boto3.session.Session()
    region = session.region_name
    if not region:
        raise NoRegion
    _require_services(session, region)
    identity = session.client("sts", config=CONFIG).get_caller_identity()
    return Account(session, identity["Account"], region)


def _require_services(session: boto3.session.Session, region: str) -> None:
    """Raise RegionLacksService by the SDK's own list of what is where."""
    partition = session.get_partition_for_region(region) if _is_known(session, region) else None
    lacking = [
        service
        for service in SERVICES
        if not partition or region not in session.get_available_regions(service, partition)
    ]
    if partition not in (None, "aws"):
        lacking.append("CloudFront origin access control")  # in China and GovCloud
    if region in WITHOUT_BUDGETS:
        lacking.append("budgets")
    if lacking:
        raise RegionLacksService(region, lacking)


def _is_known(session: boto3.session.Session, region: str) -> bool:
    partitions = session.get_available_partitions()
    return any(region in session.get_available_regions("s3", name) for name in partitions)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the SDK raises into a DeployFailed that says what to do."""
    try:
        yield
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise NoCredentials(f"{error}.") from error
    except (exceptions.ProfileNotFound, exceptions.TokenRetrievalError) as error:
        raise NoCredentials(f"{error}.") from error
    except exceptions.ClientError as error:
        raise _explained(error) from error
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise Unreachable(f"{error}.") from error
    except exceptions.BotoCoreError as error:
        raise DeployFailed(f"AWS's library says: {error}") from error


def _explained(error: exceptions.ClientError) -> DeployFailed:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in IDENTITY_CODES:
        return NoCredentials(f"{message} ({code}).")
    if code in RIGHTS_CODES:
        return NotAllowed(f"You may not do {error.operation_name}: {message}")
    return DeployFailed(f"AWS refused {error.operation_name}: {message} ({code})")
