"""Fixtures: the stores that a test of the contract runs against, and the S3 server of the tests."""

import logging
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from bench.faulty_proxy import FaultyProxy, faulty_proxy
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Run a real S3 server; its address.

    All clients of this process share what they read of AWS's services from files: a test of a store
    makes a new one, and reading took most of its time.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
            yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_client(s3_server: str) -> Iterator[BaseClient]:
    """Give a client that speaks to the server past every fault."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - the server takes any
    )
    yield client
    client.close()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """Let whoever speaks to S3 reach the server, through a proxy that can fail."""
    with faulty_proxy(s3_server) as proxy:
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.url)
        yield proxy


@pytest.fixture
def bucket(s3: FaultyProxy, s3_client: BaseClient) -> str:  # noqa: ARG001 - makes it reachable
    """Name a new, empty bucket."""
    name = f"inkling-{uuid.uuid4().hex}"
    s3_client.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["directory", "s3"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name an empty store of either kind."""
    if request.param == "directory":
        return str(tmp_path / "store")
    return f"s3://{request.getfixturevalue('bucket')}/some/prefix"


@pytest.fixture
def store(location: str) -> Store:
    """Open an empty store of either kind."""
    return open_store(location)
