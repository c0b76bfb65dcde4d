"""The stack's template: Chalice's, merged with ours, and what each function needs around it."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chalice.package import TemplateDeepMerger, YAMLTemplateSerializer

from tools.deploy.alarms import alarms
from tools.deploy.dashboard import dashboard
from tools.deploy.gateway import gateway_responses
from tools.deploy.live import API, NO_VALUE, put_behind_alias

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / ".chalice" / "template.yaml"
FUSE_CODE = ROOT / ".chalice" / "fuse.py"

FUSE = "Fuse"
FUNCTION = "AWS::Serverless::Function"
FEEDBACK_BUCKET = "${AWS::StackName}-feedback-${AWS::AccountId}-${AWS::Region}"
BUCKET_IN_POLICIES = "${FeedbackBucket}"  # a kept bucket is not the stack's, but has that name

Template = dict[str, Any]


def stack_template(
    packaged: Template, values: Mapping[str, str] = MappingProxyType({})
) -> Template:
    """Return the template of the whole stack.

    packaged: what `chalice package --stage stack` makes; it stays as it is. Policies come from
    there, so from .chalice/policy*.json, and get the stack's own bucket and log groups. values: of
    the parameters that are no defaults, for the API's version is named by them.
    """
    template: Template = TemplateDeepMerger().merge(declared(), copy.deepcopy(packaged))
    resources = template["Resources"]
    resources["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
    resources[FUSE]["Properties"]["InlineCode"] = FUSE_CODE.read_text()
    functions = [name for name, found in resources.items() if found["Type"] == FUNCTION]
    for name in functions:
        _complete(name, resources)
    put_behind_alias(template, values)
    watched = {alarm.name: alarm.resource() for alarm in alarms(functions)}
    resources |= watched
    resources["Dashboard"] = dashboard(functions, list(watched))
    return template


def declared() -> Template:
    """Return the part of the template that is written by hand."""
    found: Template = YAMLTemplateSerializer().load_template(OURS.read_text(), str(OURS))
    return found


def _complete(name: str, resources: dict[str, Any]) -> None:
    """Give a function its code, settings, log group and narrowed policy."""
    properties = resources[name]["Properties"]
    if name != FUSE:
        properties["CodeUri"] = {"Bucket": {"Ref": "CodeBucket"}, "Key": {"Ref": "CodeKey"}}
        properties.setdefault("Environment", {}).setdefault("Variables", {}).update(_settings())
    if name != API and "ReservedConcurrentExecutions" in properties:
        reserved = properties["ReservedConcurrentExecutions"]
        properties["ReservedConcurrentExecutions"] = {
            "Fn::If": ["ReservesForOthers", reserved, NO_VALUE]
        }
    properties["LoggingConfig"] = {"LogFormat": "JSON", "LogGroup": {"Ref": f"{name}Log"}}
    resources[f"{name}Log"] = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/inkling/${{AWS::StackName}}/{name}"},
            "RetentionInDays": {"Ref": "LogDays"},
        },
    }
    role = resources[_role_of(properties)]
    for policy in role["Properties"]["Policies"]:
        _narrow(policy["PolicyDocument"], f"{name}Log")


def _settings() -> dict[str, Any]:
    return {
        "OPENBLAS_NUM_THREADS": "1",  # starting threads that nothing uses slows a cold start
        "INKLING_FEEDBACK": {"Fn::Sub": f"s3://{FEEDBACK_BUCKET}"},
        "INKLING_ALLOWED_ORIGINS": {"Ref": "AllowedOrigins"},
        "INKLING_LOG_LEVEL": {"Ref": "LogLevel"},
        "INKLING_METRICS": {"Fn::Sub": "Inkling/${AWS::StackName}"},
    }


def _role_of(properties: dict[str, Any]) -> str:
    name: str = properties["Role"]["Fn::GetAtt"][0]
    return name


def _narrow(document: dict[str, Any], log_group: str) -> None:
    """Put the stack's own log group and bucket where a policy of .chalice/ speaks of them."""
    for statement in document["Statement"]:
        if all(action.startswith("logs:") for action in statement["Action"]):
            # The stack makes the group, and says how long it keeps what.
            statement["Action"] = [a for a in statement["Action"] if a != "logs:CreateLogGroup"]
            statement["Resource"] = {"Fn::GetAtt": [log_group, "Arn"]}
        else:
            named = json.dumps(statement["Resource"]).replace(BUCKET_IN_POLICIES, FEEDBACK_BUCKET)
            statement["Resource"] = json.loads(named)
