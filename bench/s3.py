"""A real S3 server on this machine, for functions whose feedback is there."""

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import boto3
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from bench.emulator.worker import Function

BUCKET = "inkling-bench"
TIMEOUT_S = 60.0  # the server is no S3 in speed
ENDPOINT = "AWS_ENDPOINT_URL_S3"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def with_variables(function: Function, variables: Mapping[str, str]) -> Function:
    """Return a function with these variables over its own."""
    return replace(function, variables={**function.variables, **variables}, timeout_s=TIMEOUT_S)


def client(url: str) -> BaseClient:
    """Return a client of the server at `url`."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


@contextmanager
def s3_server() -> Iterator[dict[str, str]]:
    """Run a real S3 server with an empty bucket; the variables with which a function finds it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client(url).create_bucket(Bucket=BUCKET)
        yield {
            **CREDENTIALS,
            ENDPOINT: url,
            # The server keeps its objects in this process, and the next one in it finds them.
            "INKLING_FEEDBACK": f"s3://{BUCKET}/{uuid.uuid4().hex}",
        }
    finally:
        server.stop()
