"""What `chalice package` makes for CloudFormation: each function with rights of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUCKET = "arn:${AWS::Partition}:s3:::${FeedbackBucket}"
# IAM takes a misspelt action without a word, and so do all linters: these are all there may be.
ACTIONS = {
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
}


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the resources of the template, packaged without the libraries to save time."""
    folder = tmp_path_factory.mktemp("package")
    ignore = shutil.ignore_patterns("__pycache__", "deployments", "models")
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "app.py", folder)
    (folder / "requirements.txt").touch()
    subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), "package", "out"],
        cwd=folder,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1"},
        check=True,
        capture_output=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads((folder / "out" / "sam.json").read_text())["Resources"]
    return found


def rights(resources: dict[str, Any], function: str) -> dict[str, set[str]]:
    """Return the resources that a function may use, by action."""
    role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    found: dict[str, set[str]] = {}
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            places = statement["Resource"]
            for place in places if isinstance(places, list) else [places]:
                for action in statement["Action"]:
                    found.setdefault(action, set()).add(place["Fn::Sub"])
    return found


def test_only_actions_that_exist_are_allowed(resources: dict[str, Any]) -> None:
    functions = [n for n, r in resources.items() if r["Type"] == "AWS::Serverless::Function"]
    assert {"APIHandler", "Steward", "Adapt"} <= set(functions)
    for function in functions:
        assert rights(resources, function).keys() <= ACTIONS


def test_the_api_keeps_feedback_and_only_reads_heads(resources: dict[str, Any]) -> None:
    allowed = rights(resources, "APIHandler")
    assert allowed["s3:GetObject"] == {f"{BUCKET}/feedback/v1/*", f"{BUCKET}/learning/v1/*"}
    assert allowed["s3:PutObject"] == allowed["s3:DeleteObject"] == {f"{BUCKET}/feedback/v1/*"}
    assert allowed["s3:ListBucket"] == {BUCKET}


def test_the_steward_swaps_the_pointer_and_never_sees_feedback(resources: dict[str, Any]) -> None:
    allowed = rights(resources, "Steward")
    assert allowed["s3:GetObject"] == {f"{BUCKET}/learning/v1/*"}
    assert allowed["s3:PutObject"] == {
        f"{BUCKET}/learning/v1/current.json",
        f"{BUCKET}/learning/v1/history/*",
    }
    assert "s3:DeleteObject" not in allowed
    assert resources["Steward"]["Properties"]["Handler"] == "app.steward"


def test_nothing_but_iam_leads_to_the_steward(resources: dict[str, Any]) -> None:
    assert "Events" not in resources["Steward"]["Properties"]
    allowed = [r for r in resources.values() if r["Type"] == "AWS::Lambda::Permission"]
    assert allowed
    assert "Steward" not in json.dumps([allowed, resources["RestAPI"]])
