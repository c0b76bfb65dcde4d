"""What `chalice package` makes for CloudFormation: each function with rights of its own."""

import json
from typing import Any

import pytest

from tests.deploy.actions import ACTIONS

BUCKET = "arn:${AWS::Partition}:s3:::${FeedbackBucket}"
LOGGED_BY_CHALICE = {"logs:CreateLogGroup"}  # the stack makes its own log groups


@pytest.fixture(scope="module")
def resources(packaged: dict[str, Any]) -> dict[str, Any]:
    """Return the resources of what Chalice packages."""
    found: dict[str, Any] = packaged["Resources"]
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
        assert rights(resources, function).keys() <= ACTIONS | LOGGED_BY_CHALICE


def test_the_api_keeps_feedback_and_only_reads_heads(resources: dict[str, Any]) -> None:
    allowed = rights(resources, "APIHandler")
    assert allowed["s3:GetObject"] == {f"{BUCKET}/feedback/v1/*", f"{BUCKET}/learning/v1/*"}
    assert allowed["s3:PutObject"] == allowed["s3:DeleteObject"] == {f"{BUCKET}/feedback/v1/*"}
    assert allowed["s3:ListBucket"] == {BUCKET}


def test_the_steward_swaps_the_pointers_and_never_sees_feedback(resources: dict[str, Any]) -> None:
    allowed = rights(resources, "Steward")
    assert allowed["s3:GetObject"] == {f"{BUCKET}/learning/v1/*"}
    assert allowed["s3:PutObject"] == {
        f"{BUCKET}/learning/v1/{p}"
        for p in ("current.json", "history/*", "rollout.json", "rollouts/*")
    }
    assert "s3:DeleteObject" not in allowed
    assert resources["Steward"]["Properties"]["Handler"] == "app.steward"


def test_nothing_but_iam_leads_to_the_steward(resources: dict[str, Any]) -> None:
    assert "Events" not in resources["Steward"]["Properties"]
    allowed = [r for r in resources.values() if r["Type"] == "AWS::Lambda::Permission"]
    assert allowed
    assert "Steward" not in json.dumps([allowed, resources["RestAPI"]])


def test_the_round_sorts_feedback_promotes_and_deletes_nothing_learnt(
    resources: dict[str, Any],
) -> None:
    allowed = rights(resources, "Adapt")
    assert allowed["s3:DeleteObject"] == {f"{BUCKET}/feedback/v1/*"}
    assert allowed["s3:PutObject"] == {
        f"{BUCKET}/feedback/v1/*",
        *(
            f"{BUCKET}/learning/v1/{p}"
            for p in ("current.json", "heads/*", "history/*", "rounds/*")
        ),
    }
    assert allowed["s3:GetObject"] == {f"{BUCKET}/feedback/v1/*", f"{BUCKET}/learning/v1/*"}


def test_a_round_runs_daily_alone_and_has_time(resources: dict[str, Any]) -> None:
    properties = resources["Adapt"]["Properties"]
    (event,) = properties["Events"].values()
    assert event["Properties"] == {"Schedule": "rate(1 day)"}
    assert properties["ReservedConcurrentExecutions"] == 1
    assert properties["Timeout"] == 300
    assert properties["MemorySize"] >= 512


def test_plain_chalice_deploy_is_given_policies_that_iam_takes(
    packaged_dev: dict[str, Any],
) -> None:
    """It hands them to IAM as they stand, without CloudFormation to fill anything in."""
    roles = [r for r in packaged_dev["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
    assert roles
    for policy in (policy for role in roles for policy in role["Properties"]["Policies"]):
        assert "Fn::" not in json.dumps(policy)
        assert {s["Resource"] for s in policy["PolicyDocument"]["Statement"]} == {
            "arn:*:logs:*:*:*"
        }
