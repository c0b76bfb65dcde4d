"""Versions of the API, in an emulated account: a tenth first, back by alarms, back by hand.

That each version gets its share of the requests, and that CloudFormation watches alarms, is done by
stand-ins (tests/deploy/emulator.py); what it does then is the emulator's own.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.deploy.cloud import STACK, Cloud
from tests.deploy.emulation import MISSING, STACK_PYTHON, emulator
from tools.deploy.live import LIVE, VERSION

pytestmark = pytest.mark.skipif(not Path(STACK_PYTHON).exists(), reason=MISSING)
PATIENCE_S = 60.0
PAUSE_S = 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the emulator's folder."""
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="module")
def cloud(package: Path, folder: Path) -> Iterator[Cloud]:
    """Run the emulator, with the stage deployed from nothing."""
    with emulator(folder) as port, closing(Cloud(port, package)) as found:
        done = found.make("deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        yield found


@pytest.fixture
def settled(cloud: Cloud) -> Iterator[Cloud]:
    """Give the stage with one version live, and leave no alarm behind."""
    assert cloud.make("deploy", "SET=LogLevel=INFO", "WATCH=0").returncode == 0
    yield cloud
    set_broken(cloud, 0)


@pytest.fixture
def seen(folder: Path) -> Iterator[Path]:
    """Return the file that ends the time in which alarms are watched, once it is there."""
    path = folder / "seen"
    yield path
    path.unlink(missing_ok=True)


def set_broken(cloud: Cloud, failures: int) -> None:
    """Count answers of the API that are 5xx, as API Gateway does."""
    names = {"ApiName": STACK, "Stage": "api"}
    dimensions = [{"Name": name, "Value": value} for name, value in names.items()]
    cloud.client("cloudwatch").put_metric_data(
        Namespace="AWS/ApiGateway",
        MetricData=[{"MetricName": "5XXError", "Dimensions": dimensions, "Value": failures}],
    )
    wanted = "ALARM" if failures else "OK"
    alarm = cloud.function("ApiBroken")
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue=wanted, StateReason="counted"
    )


def wait_for_alias(
    cloud: Cloud, process: subprocess.Popen[str], *, canary: bool = True
) -> dict[str, Any]:
    """Return the alias as soon as it has two versions, or but one, while a process runs."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = cloud.alias()
        if ("RoutingConfig" in found) is canary:
            return found
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    raise AssertionError("no version got a tenth" if canary else "the tenth was not taken back")


def log_level(cloud: Cloud, version: str) -> str:
    """Return a setting that tells versions apart."""
    found = cloud.client("lambda").get_function_configuration(
        FunctionName=cloud.function("APIHandler"), Qualifier=version
    )
    level: str = found["Environment"]["Variables"]["INKLING_LOG_LEVEL"]
    return level


def test_a_new_version_answers_a_tenth_and_then_all(settled: Cloud, seen: Path) -> None:
    before = settled.alias()["FunctionVersion"]
    with settled.start("deploy", "SET=LogLevel=DEBUG", "WATCH=60") as process:
        canary = wait_for_alias(settled, process)
        seen.touch()
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, told
    assert canary["FunctionVersion"] == before
    ((new, share),) = canary["RoutingConfig"]["AdditionalVersionWeights"].items()
    assert share == 0.1
    assert "answers a tenth of the requests for 60 minutes; an alarm takes all of it back." in told
    after = settled.alias()
    assert (after["FunctionVersion"], "RoutingConfig" in after) == (new, False)
    assert log_level(settled, new) == "DEBUG"
    assert log_level(settled, before) == "INFO", "it stays as it was"
    assert settled.give_feedback() == 201
    assert f"Version:   {new}\n" in settled.make("status").stdout


def test_the_tenth_reaches_the_new_version_from_outside(settled: Cloud, seen: Path) -> None:
    """The versions differ in which origins they let in, which a caller can tell."""
    origin, requests = "https://new.example.org", 150

    def answered_by_the_new() -> int:
        allowed: list[str] = []
        while len(allowed) < requests:
            found = settled.ask(10, "GET", "/api/v1/health", Origin=origin)
            assert {answer.status for answer in found} <= {200, 429}, "it may be throttled"
            passed = [answer for answer in found if answer.status == 200]
            allowed += [answer.headers["Access-Control-Allow-Origin"] for answer in passed]
            time.sleep(PAUSE_S * (len(passed) < len(found)))
        assert set(allowed) <= {"*", origin}
        return allowed[:requests].count(origin)

    with settled.start("deploy", f"SET=AllowedOrigins={origin}", "WATCH=60") as process:
        wait_for_alias(settled, process)
        new = answered_by_the_new()
        assert process.poll() is None, "they have to come while both answer"
        seen.touch()
        told, _ = process.communicate(timeout=2 * PATIENCE_S)
    assert process.returncode == 0, told
    assert 1 <= new <= 30, "of 150: 15, and four standard deviations more or less"
    assert answered_by_the_new() == requests
    assert settled.make("deploy", "SET=AllowedOrigins=*", "WATCH=0").returncode == 0


def test_an_alarm_takes_a_new_version_back_and_all_that_came_with_it(settled: Cloud) -> None:
    before = settled.alias()["FunctionVersion"]
    with settled.start("deploy", "SET=LogLevel=WARNING LogDays=7", "WATCH=40") as process:
        wait_for_alias(settled, process)
        while process.poll() is None:
            set_broken(settled, 9)
            time.sleep(PAUSE_S)
        told, _ = process.communicate()
    assert process.returncode != 0, told
    assert "ended in UPDATE_ROLLBACK_COMPLETE" in told
    assert "went into the state ALARM" in told
    after = settled.alias()
    assert (after["FunctionVersion"], "RoutingConfig" in after) == (before, False)
    groups = settled.client("logs").describe_log_groups(logGroupNamePrefix=f"/inkling/{STACK}/")
    assert {group["retentionInDays"] for group in groups["logGroups"]} == {30}
    assert settled.give_feedback() == 201

    refused = settled.make("deploy", "SET=LogLevel=WARNING")
    assert refused.returncode != 0
    assert (
        "alarms have gone off already: ApiBroken (docs/operations.md#apibroken)" in refused.stderr
    )
    done = settled.make("deploy", "SET=LogLevel=WARNING", "WATCH=0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert log_level(settled, settled.alias()["FunctionVersion"]) == "WARNING"


def test_who_goes_back_during_a_deployment_stops_it(settled: Cloud, seen: Path) -> None:
    before = settled.alias()["FunctionVersion"]
    with settled.start("deploy", "SET=LogLevel=DEBUG", "WATCH=60") as process:
        wait_for_alias(settled, process)
        with settled.start("previous") as back:
            wait_for_alias(settled, back, canary=False)
            seen.touch()
            told_back, _ = back.communicate(timeout=PATIENCE_S)
        told, _ = process.communicate(timeout=PATIENCE_S)
    assert back.returncode == 0, told_back
    assert process.returncode != 0
    assert f"Somebody let version {before} answer all requests again" in told
    after = settled.alias()
    assert (after["FunctionVersion"], "RoutingConfig" in after) == (before, False)


def test_the_version_before_answers_again_at_once_and_stays(settled: Cloud) -> None:
    first = settled.alias()["FunctionVersion"]
    assert settled.make("deploy", "SET=LogLevel=ERROR", "WATCH=0").returncode == 0
    second = settled.alias()["FunctionVersion"]
    assert int(first) < int(second)
    done = settled.make("previous")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Version {first} answers all requests." in done.stdout
    assert "The page stays as it was last put" in done.stdout
    assert settled.alias()["FunctionVersion"] == first
    assert settled.give_feedback() == 201

    assert settled.make("previous", f"VERSION={second}").returncode == 0
    assert settled.alias()["FunctionVersion"] == second
    missing = settled.make("previous", "VERSION=999")
    assert missing.returncode != 0
    assert "The API has no version 999: it answers with" in missing.stderr

    assert settled.make("previous", f"VERSION={first}").returncode == 0
    assert settled.make("deploy-site").returncode == 0
    assert settled.alias()["FunctionVersion"] == first, "only a deployment brings the other back"
    again = settled.make("deploy", "WATCH=0")
    assert again.returncode == 0, again.stdout + again.stderr
    assert settled.alias()["FunctionVersion"] == second, "without a version that is none"


WRONG = """
import real_app
from real_app import adapt, batch, steward

def app(event, context):
    if event["requestContext"]["resourcePath"] == "/v1/recognize":
        return {"statusCode": 500, "headers": {}, "body": "{}"}
    return real_app.app(event, context)
"""


def broken_build(build: Path, folder: Path) -> Path:
    """Fill a folder with a build whose API answers every drawing with 500; return it."""
    shutil.copy(build / "template.json", folder)
    with (
        ZipFile(build / "deployment.zip") as sound,
        ZipFile(folder / "deployment.zip", "w") as broken,
    ):
        for name in sound.namelist():
            if name == "app.py":
                broken.writestr("real_app.py", sound.read(name))
            elif not name.startswith("__pycache__/app."):
                broken.writestr(name, sound.read(name))
        broken.writestr("app.py", WRONG)
    return folder


def test_a_version_that_reads_nothing_is_taken_back_where_nobody_asked_it(
    settled: Cloud, tmp_path: Path
) -> None:
    """Where so little is asked that no alarm goes off, the deployment itself asks."""
    before = settled.alias()["FunctionVersion"]
    broken = replace(settled, build=broken_build(settled.build, tmp_path))
    done = broken.make("deploy", "WATCH=1")
    assert done.returncode != 0, done.stdout
    assert "answers 500" in done.stderr
    assert f"It was taken back before it answered all requests: {before} does." in done.stderr
    after = settled.alias()
    assert (after["FunctionVersion"], "RoutingConfig" in after) == (before, False)
    assert settled.give_feedback() == 201
    again = settled.make("deploy", "WATCH=1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert int(settled.alias()["FunctionVersion"]) > int(before)


def without_alias(cloud: Cloud) -> None:
    """Bring the stage to what it was before there were versions."""
    name = cloud.function("APIHandler")
    cloudformation = cloud.client("cloudformation")
    found = json.loads((cloud.build / "stack.json").read_text())
    text = json.dumps(found).replace(f"${{{LIVE}}}", "${APIHandler.Arn}")
    text = text.replace(json.dumps({"Ref": LIVE}), json.dumps({"Ref": "APIHandler"}))
    template = json.loads(text)
    for resource in [r for r in template["Resources"] if r == LIVE or r.startswith(VERSION)]:
        del template["Resources"][resource]
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    names = [each["ParameterKey"] for each in stack["Parameters"]]
    kept = [{"ParameterKey": each, "UsePreviousValue": True} for each in names]
    cloudformation.update_stack(
        StackName=STACK,
        TemplateURL=cloud.put_template(template),
        Parameters=kept,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_update_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    functions = cloud.client("lambda")
    for version in functions.list_versions_by_function(FunctionName=name)["Versions"][1:]:
        functions.delete_function(FunctionName=name, Qualifier=version["Version"])


def test_a_stage_from_before_there_were_versions_gets_one(settled: Cloud) -> None:
    without_alias(settled)
    assert settled.give_feedback() == 201
    assert "Version:   without an alias" in settled.make("status").stdout
    done = settled.make("deploy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a tenth" not in done.stdout, "there is none to give the rest to"
    assert settled.alias()["FunctionVersion"].isdigit()
    assert settled.give_feedback() == 201


def test_what_changes_nothing_of_the_function_is_no_new_version(settled: Cloud) -> None:
    before = settled.alias()
    done = settled.make("deploy", "SET=ThrottleRate=25 ApiConcurrency=19")
    assert done.returncode == 0, done.stderr
    assert "a tenth" not in done.stdout
    assert settled.alias()["FunctionVersion"] == before["FunctionVersion"]
    assert "nothing to change" in settled.make("deploy").stdout
