"""The stack's template: linted before and after its transform, judged, its rights asserted."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from cfnlint.api import lint
from chalice.package import YAMLTemplateSerializer
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from chalicelib.batch.inbox import INPUTS
from chalicelib.http.problems import ALL_PROBLEMS, RETRY_AFTER_S
from tests.deploy.actions import ACTIONS
from tests.deploy.emulation import MISSING, STACK_PYTHON
from tools.deploy.aws import WITHOUT_BUDGETS
from tools.deploy.shared import TEMPLATE as SHARED_TEMPLATE
from tools.deploy.template import stack_template
from tools.serve_page import content_security_policy

# What a right may be about: the stack's own resources, by the names that templates have for them.
OWN = r"\$\{(AWS::StackName\}-feedback-|RestAPI\}|BatchBucket\}|BatchQueue\.QueueName\})"
EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")
JUDGE = Path(__file__).with_name("judge.py")
# Without --skip-download it asks its maker for explanations.
CHECKOV = ["--skip-download", "-o", "json", "--framework", "cloudformation", "--compact", "--quiet"]
Template = dict[str, Any]


@pytest.fixture(scope="module")
def template(packaged: Template) -> Template:
    return stack_template(packaged)


@pytest.fixture(scope="module")
def shared() -> Template:
    found: Template = YAMLTemplateSerializer().load_template(SHARED_TEMPLATE.read_text())
    return found


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: found["Properties"]
        for name, found in template["Resources"].items()
        if found["Type"] == kind
    }


def faults(template: str) -> list[str]:
    """Return errors and warnings, in every region to which one may deploy."""
    regions = set(boto3.session.Session().get_available_regions("cloudformation"))
    return [str(found) for found in lint(template, regions=sorted(regions - WITHOUT_BUDGETS))]


def test_it_has_no_fault_before_the_transform(template: Template) -> None:
    assert faults(json.dumps(template)) == []
    assert faults(SHARED_TEMPLATE.read_text()) == []


def test_it_has_no_fault_after_the_transform(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    plain = transform(json.loads(json.dumps(template)), {}, ManagedPolicyLoader(None))
    kinds = {found["Type"] for found in plain["Resources"].values()}
    assert not any(kind.startswith("AWS::Serverless") for kind in kinds)
    stages = [f for f in plain["Resources"].values() if f["Type"] == "AWS::ApiGateway::Stage"]
    assert [stage["Properties"]["StageName"] for stage in stages] == ["api"]
    assert faults(json.dumps(plain)) == []


@pytest.mark.skipif(not Path(STACK_PYTHON).exists(), reason=MISSING)
def test_each_exception_to_checkov_is_explained_and_needed(
    template: Template, tmp_path: Path
) -> None:
    for name, found in (
        ("stack.json", json.dumps(template)),
        ("shared.yaml", SHARED_TEMPLATE.read_text()),
    ):
        (tmp_path / name).write_text(found)
    done = subprocess.run(
        [STACK_PYTHON, str(JUDGE), "-d", str(tmp_path), *CHECKOV],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["resource_count"] > len(template["Resources"])
    failed = {each["check_id"] for each in found["results"]["failed_checks"]}
    assert failed == set(yaml.safe_load(EXCEPTIONS.read_text()))


def statements(template: Template) -> list[dict[str, Any]]:
    policies = [
        p for role in of_type(template, "AWS::IAM::Role").values() for p in role.get("Policies", ())
    ]
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def test_every_function_may_do_what_is_listed_here_and_nothing_else(template: Template) -> None:
    found = {action for statement in statements(template) for action in statement["Action"]}
    assert found == ACTIONS


def test_no_right_is_wider_than_the_stack(template: Template) -> None:
    for statement in statements(template):
        resources = statement["Resource"]
        for resource in resources if isinstance(resources, list) else [resources]:
            ((kind, value),) = resource.items()
            if kind == "Fn::GetAtt":
                assert value[0] in of_type(template, "AWS::Logs::LogGroup")
            else:
                assert re.search(OWN, value), value
                assert "arn:${AWS::Partition}:" in value


def test_every_function_has_its_log_alarms_and_settings(template: Template) -> None:
    logs = of_type(template, "AWS::Logs::LogGroup")
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    functions = of_type(template, "AWS::Serverless::Function")
    assert {"APIHandler", "Adapt", "Batch", "Steward", "Fuse"} == functions.keys()
    for name, properties in functions.items():
        group = properties["LoggingConfig"]["LogGroup"]["Ref"]
        assert logs[group]["RetentionInDays"] == {"Ref": "LogDays"}
        watched = {
            a["MetricName"]
            for a in alarms.values()
            if {"Ref": name} in [d["Value"] for d in a.get("Dimensions", ())]
        }
        assert {"Errors", "Throttles"} <= watched
    for name in functions.keys() - {"Fuse"}:
        variables = functions[name]["Environment"]["Variables"]
        assert variables["OPENBLAS_NUM_THREADS"] == "1"
        assert variables["INKLING_FEEDBACK"]["Fn::Sub"].startswith("s3://${AWS::StackName}-")


def test_every_bucket_is_private_encrypted_and_for_tls_only(
    template: Template, shared: Template
) -> None:
    for found in (template, shared):
        buckets = of_type(found, "AWS::S3::Bucket")
        policies = of_type(found, "AWS::S3::BucketPolicy").values()
        for name, properties in buckets.items():
            assert all(properties["PublicAccessBlockConfiguration"].values())
            assert properties["BucketEncryption"]
            (policy,) = [p for p in policies if p["Bucket"] == {"Ref": name}]
            denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
            assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_what_is_withdrawn_is_gone_for_good_within_a_day(template: Template) -> None:
    bucket = of_type(template, "AWS::S3::Bucket")["FeedbackBucket"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert rules["forget-feedback"]["ExpirationInDays"] == {"Ref": "FeedbackDays"}
    assert rules["forget-feedback"]["Prefix"] == "feedback/v1/"
    gone = rules["forget-what-was-removed"]
    assert gone["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert gone["Prefix"] == "feedback/v1/"
    kept = rules["recover-what-was-learnt"]
    assert kept["Prefix"] == "learning/v1/"  # where no drawing is
    assert kept["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30


def test_messages_of_bulk_are_never_lost_nor_worked_on_twice_at_once(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    queue, parked = queues["BatchQueue"], queues["BatchParked"]
    function = of_type(template, "AWS::Serverless::Function")["Batch"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["BatchParked", "Arn"]}
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    fourteen_days_s = 14 * 24 * 3600
    assert queue["MessageRetentionPeriod"] == parked["MessageRetentionPeriod"] == fourteen_days_s
    assert queue["SqsManagedSseEnabled"] is parked["SqsManagedSseEnabled"] is True
    source = function["Events"]["Messages"]["Properties"]
    assert source["Queue"] == {"Fn::GetAtt": ["BatchQueue", "Arn"]}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_s3_tells_the_queue_of_inputs_alone_and_nobody_else_may(template: Template) -> None:
    bucket = of_type(template, "AWS::S3::Bucket")["BatchBucket"]
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": INPUTS}]
    (policy,) = of_type(template, "AWS::SQS::QueuePolicy").values()
    allowed, denied = policy["PolicyDocument"]["Statement"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"].endswith(
        bucket["BucketName"]["Fn::Sub"]
    )
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_page_has_the_policy_it_is_developed_under(template: Template) -> None:
    (config,) = [
        p["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        for name, p in of_type(template, "AWS::CloudFront::ResponseHeadersPolicy").items()
        if name == "PageHeaders"
    ]
    api = "https://api.example.org"
    here = content_security_policy(api).replace(f" {api}", "")  # in AWS it is of one origin
    assert config["ContentSecurityPolicy"]["ContentSecurityPolicy"] == here


def test_all_that_cloudfront_sends_carries_the_security_headers(template: Template) -> None:
    policies = of_type(template, "AWS::CloudFront::ResponseHeadersPolicy")
    (distribution,) = of_type(template, "AWS::CloudFront::Distribution").values()
    config = distribution["DistributionConfig"]
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert {b["ResponseHeadersPolicyId"]["Ref"] for b in behaviours} == policies.keys()
    for policy in policies.values():
        headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        assert all(header["Override"] for header in headers.values())
        directives = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(directives)
        assert "ContentTypeOptions" in headers
        assert headers["FrameOptions"]["FrameOption"] == "DENY"
        assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
        assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_what_the_gateway_refuses_has_the_shape_of_all_problems(template: Template) -> None:
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    known = {problem.code for problem in ALL_PROBLEMS}
    for kind, response in responses.items():
        body = json.loads(response["ResponseTemplates"]["application/json"])
        problem = {"type", "title", "status", "detail", "code", "request_id"}
        assert body.keys() == problem | {"error"}  # where clients of /v2 look
        assert body["error"] == body["title"]
        headers = response["ResponseParameters"]["Headers"]
        assert headers["Access-Control-Allow-Origin"] == "'*'", kind
        assert headers["Content-Type"] == "'application/problem+json'"
        assert headers["Cache-Control"] == "'no-store'"
        assert headers["X-Content-Type-Options"] == "'nosniff'"
        assert headers["X-Request-Id"] == "context.requestId"  # the gateway's own, as in the body
        assert body["code"] in known


def test_whom_the_gateway_refuses_for_now_is_told_when_to_try_again(template: Template) -> None:
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    statuses = {"THROTTLED": 429, "INTEGRATION_FAILURE": 503, "DEFAULT_5XX": 503}
    for kind, status in statuses.items():
        assert responses[kind]["StatusCode"] == status
        headers = responses[kind]["ResponseParameters"]["Headers"]
        assert headers["Retry-After"] == f"'{RETRY_AFTER_S}'", kind


def test_the_counts_of_a_stage_are_its_own_and_its_alarm_watches_them(template: Template) -> None:
    (alarm,) = [
        a
        for a in of_type(template, "AWS::CloudWatch::Alarm").values()
        if a["MetricName"] == "RoundRefused"
    ]
    own = {"Fn::Sub": "Inkling/${AWS::StackName}"}
    assert alarm["Namespace"] == own
    assert "Dimensions" not in alarm
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        if name != "Fuse":
            assert function["Environment"]["Variables"]["INKLING_METRICS"] == own


def test_cloudfront_keeps_no_answer_that_is_meant_to_pass(template: Template) -> None:
    config = of_type(template, "AWS::CloudFront::Distribution")["Distribution"]
    kept_s = {
        each["ErrorCode"]: each["ErrorCachingMinTTL"]
        for each in config["DistributionConfig"]["CustomErrorResponses"]
    }
    assert kept_s == {500: 0, 502: 0, 503: 0, 504: 0}


def test_the_access_log_says_nothing_of_who_asked(template: Template) -> None:
    line = template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    found = set(re.findall(r"\$context\.[a-zA-Z.]+", line))
    assert not [name for name in found if "identity" in name or name == "$context.path"]
    assert "$context.requestId" in found
    assert json.loads(line)
