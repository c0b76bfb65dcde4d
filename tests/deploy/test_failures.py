"""What goes wrong in a deployment is one clear line: the reason and the next step."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer

from tools.deploy.aws import Account
from tools.deploy.buckets import is_ours
from tools.deploy.deploy import way_out
from tools.deploy.errors import BadStage, BucketNameTaken
from tools.deploy.site import page_files
from tools.deploy.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Run an AWS that knows CloudFormation and S3, without data."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of deployment, in an environment without anything of AWS but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    without = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return subprocess.run(
        [sys.executable, "-m", "tools.deploy", *arguments],
        cwd=ROOT,
        env=kept | without | {"AWS_EC2_METADATA_DISABLED": "true"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def line_of(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def signed_in(endpoint: str, region: str = REGION) -> Mapping[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": region,
    }


@pytest.fixture
def build(packaged: dict[str, Any], tmp_path: Path) -> str:
    """Return a folder with something to deploy."""
    (tmp_path / "deployment.zip").write_bytes(b"a package")
    (tmp_path / "template.json").write_text(json.dumps(packaged))
    return str(tmp_path)


@pytest.mark.parametrize("name", ["", "Prod", "1st", "a_b", "a" * 17, "shared", "prod-"])
def test_a_name_that_no_bucket_can_carry_is_no_stage(name: str) -> None:
    with pytest.raises(BadStage, match="as in STAGE=prod"):
        Stage(name)


@pytest.mark.parametrize("asked", ["deploy", "campaign ONLY=nosuch"])
def test_what_cannot_be_asked_is_refused_before_anything_is_built(
    asked: str, tmp_path: Path
) -> None:
    installed = ("-o", ".venv/run.stamp", "-o", ".venv/dev.stamp")
    done = subprocess.run(
        ["make", "-s", *installed, f"BUILD={tmp_path}", *asked.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "STAGE='' is no stage" in done.stderr or "no campaign 'nosuch'" in done.stderr
    assert not list(tmp_path.iterdir())


def test_without_credentials() -> None:
    line = line_of(run("status", "--stage", "prod", AWS_DEFAULT_REGION=REGION))
    assert line.startswith("AWS does not know who you are:")
    assert "AWS_PROFILE=name" in line


def test_without_a_region() -> None:
    assert line_of(run("status", "--stage", "prod")).startswith("No region is set; name one:")


@pytest.mark.parametrize(
    ("region", "lacking"),
    [("eu-nowhere-1", "lambda"), ("cn-north-1", "CloudFront"), ("eu-north-1", "budgets")],
)
def test_in_a_region_that_lacks_a_service(region: str, lacking: str) -> None:
    line = line_of(run("status", "--stage", "prod", AWS_DEFAULT_REGION=region))
    assert line.startswith(f"The region {region} has no ")
    assert lacking in line
    assert "take another one" in line


def test_when_aws_does_not_answer() -> None:
    variables = signed_in("http://127.0.0.1:9")
    assert line_of(run("status", "--stage", "prod", **variables)).startswith(
        "AWS cannot be reached:"
    )


def test_without_a_package(endpoint: str, tmp_path: Path) -> None:
    done = run("deploy", "--stage", "prod", "--build", str(tmp_path), **signed_in(endpoint))
    assert line_of(done) == f"There is no {tmp_path}/deployment.zip; run `make package` first."


def test_with_a_parameter_that_the_stack_has_not(endpoint: str, build: str) -> None:
    done = run("deploy", "--stage", "prod", "--build", build, "A=b", **signed_in(endpoint))
    assert line_of(done).startswith("'A=b' sets no parameter; write Name=value, with one of Api")


def test_with_a_bucket_name_that_another_account_has() -> None:
    account = Account(boto3.session.Session("test", "test"), "1" * 12, REGION)
    bucket = Stage("prod").feedback_bucket(account)
    with closing(account.client("s3")) as s3, Stubber(s3) as answers:
        answers.add_client_error("head_bucket", "403", http_status_code=403)
        with pytest.raises(BucketNameTaken, match=f"{bucket} is taken by another account; take"):
            is_ours(account, bucket)


def test_the_page_that_is_published_is_whole_and_points_to_itself() -> None:
    files = page_files()
    *rest, index = files
    assert index == "index.html"
    (folder,) = {key.partition("/")[0] for key in rest}
    text = files[index].decode()
    for name in ("main.js", "styles.css", "icon.svg"):
        assert f'"{folder}/{name}"' in text
    assert b"127.0.0.1" not in files[f"{folder}/config.js"]
    assert page_files().keys() == files.keys()


@pytest.mark.parametrize(
    ("status", "next_step"),
    [
        (
            "UPDATE_ROLLBACK_FAILED",
            "`aws cloudformation continue-update-rollback --stack-name inkling-prod`",
        ),
        ("DELETE_FAILED", "It was to be removed: `make destroy STAGE=prod KEEP_FEEDBACK=1`"),
    ],
)
def test_a_stack_that_is_stuck_says_how_to_go_on(status: str, next_step: str) -> None:
    assert next_step in way_out("inkling-prod", status, Stage("prod"))
