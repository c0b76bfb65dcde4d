"""The alias of the API: what is a new version of it, and who calls which."""

import copy
import json
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from bench.canary import LAG_S
from bench.emulator.alarms import MINUTE_S
from tools.deploy.aws import Account
from tools.deploy.errors import NoEarlierVersion
from tools.deploy.live import ALIAS, LIVE, VERSION, version_name
from tools.deploy.shift import MINUTES, TRIGGERS, Live, _earlier
from tools.deploy.smoke import version_fault
from tools.deploy.stack import Guard
from tools.deploy.template import stack_template

Template = dict[str, Any]


@pytest.fixture(scope="module")
def template(packaged: Template) -> Template:
    return stack_template(packaged)


def test_the_gateway_calls_the_alias_and_may(template: Template) -> None:
    resources = template["Resources"]
    body = json.dumps(resources["RestAPI"]["Properties"]["DefinitionBody"])
    assert body.count(f"functions/${{{LIVE}}}/invocations") > 50
    assert "APIHandler" not in body
    permission = resources["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": LIVE}
    alias = resources[LIVE]["Properties"]
    assert (alias["Name"], alias["FunctionName"]) == (ALIAS, {"Ref": "APIHandler"})


def test_a_version_whose_deployment_failed_goes_and_the_others_stay(template: Template) -> None:
    (version,) = [r for name, r in template["Resources"].items() if name.startswith(VERSION)]
    assert version["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize(
    ("values", "is_another"),
    [
        ({"CodeKey": "code/other.zip"}, True),
        ({"ApiMemory": "1024"}, True),
        ({"LogLevel": "DEBUG"}, True),
        ({"AllowedOrigins": "https://example.org"}, True),
        ({"ApiMemory": "1769"}, False),
        ({"ApiConcurrency": "5"}, False),
        ({"ThrottleRate": "5", "NoticeEmail": "a@example.org", "BatchMemory": "2048"}, False),
        ({"StableVersion": "3", "CanaryShare": "0.1"}, False),
    ],
)
def test_a_version_is_another_one_where_the_function_is(
    template: Template, values: dict[str, str], *, is_another: bool
) -> None:
    """One that is not would be refused by Lambda, and the deployment with it."""
    assert (version_name(template, values) != version_name(template, {})) is is_another


def test_a_setting_of_the_function_makes_another_version(template: Template) -> None:
    changed = copy.deepcopy(template)
    changed["Resources"]["APIHandler"]["Properties"]["Timeout"] += 1
    assert version_name(changed, {}) != version_name(template, {})


def test_what_takes_a_version_back_are_alarms_of_the_stack(template: Template) -> None:
    assert set(TRIGGERS) <= template["Resources"].keys()
    assert len(TRIGGERS) <= 5, "more than CloudFormation watches"
    for name in TRIGGERS:
        alarm = template["Resources"][name]["Properties"]
        slowest_s = alarm["Period"] * alarm["EvaluationPeriods"] + LAG_S + MINUTE_S
        assert slowest_s <= 60 * MINUTES, f"{name} could not go off while it is watched"
        few = alarm.get("EvaluateLowSampleCountPercentile", "evaluate")
        assert few == "evaluate", "the requests of a canary may be few"
    assert Guard(("arn",), 10).configuration == {
        "RollbackTriggers": [{"Arn": "arn", "Type": "AWS::CloudWatch::Alarm"}],
        "MonitoringTimeInMinutes": 10,
    }
    assert Guard().configuration["RollbackTriggers"] == [], "which replaces earlier ones"


@pytest.mark.parametrize(
    ("live", "wanted", "version"),
    [
        (Live("4"), None, "3"),
        (Live("3"), None, "1"),
        (Live("3", canary="4"), None, "3"),
        (Live("3"), "4", "4"),
        (Live("10"), None, "4"),
    ],
)
def test_the_version_before_is_found_by_number(
    live: Live, wanted: str | None, version: str
) -> None:
    assert _earlier([1, 3, 4], live, wanted) == version


def test_without_an_earlier_version_it_is_said_which_there_are() -> None:
    with pytest.raises(NoEarlierVersion, match="it answers with 1, and there are 1, 2"):
        _earlier([2, 1], Live("1"), None)


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        ({"statusCode": 200, "body": '{"text": "7"}'}, None),
        ({"statusCode": 200, "body": '{"text": "1"}'}, "reads a seven as '1'"),
        ({"statusCode": 500, "body": "{}"}, "answers 500: b'{}'"),
        ({"errorMessage": "No module named 'app'"}, 'fails: b\'{"errorMessage"'),
    ],
)
def test_a_version_is_asked_by_itself_and_its_fault_named(
    answered: dict[str, Any], fault: str | None
) -> None:
    session = boto3.session.Session("test", "test", region_name="eu-central-1")
    account = Account(session, "123456789012", "eu-central-1")
    content = json.dumps(answered).encode()
    response = {"Payload": StreamingBody(BytesIO(content), len(content))}
    error = {"FunctionError": "Unhandled"} if "errorMessage" in answered else {}
    with Stubber(account.client("lambda")) as stubber:
        asked = {"FunctionName": "api", "Qualifier": "5", "Payload": ANY}
        stubber.add_response("invoke", response | error, asked)
        found = version_fault(account, "api", "5")
    assert (found or "").startswith(fault or "")
    assert bool(found) is bool(fault)
