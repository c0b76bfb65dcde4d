"""The whole life of a stage, by `make` itself, in an emulated account that enforces rights.

Only the endpoint is another one. The package is the one that would be deployed.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from bench.patience import expect
from bench.pens import SEVEN, draw
from chalicelib.learning.keys import CURRENT_KEY
from tests.deploy.cloud import STACK, STAGE, Cloud
from tests.deploy.emulation import MISSING, ROOT, STACK_PYTHON, emulator
from tools.deploy.schedule import SCHEDULED

pytestmark = pytest.mark.skipif(not Path(STACK_PYTHON).exists(), reason=MISSING)
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def cloud(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Run the emulator, with the stage deployed from nothing."""
    folder = tmp_path_factory.mktemp("cloud")
    with emulator(folder) as port, closing(Cloud(port, package)) as found:
        done = found.make("deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Add     Distribution" in done.stdout, "the change set is shown"
        assert "A round has begun" in done.stdout
        assert done.stdout.splitlines()[-1] == f"Done: {found.outputs()['SiteURL']}"
        yield found


@pytest.fixture
def page(cloud: Cloud, browser: Browser) -> Iterator[Page]:
    """Open the page from the emulated CloudFront; nothing may come up on the console."""
    noted: list[str] = []
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    context.set_extra_http_headers({"X-Forwarded-Proto": "https"})
    context.set_default_timeout(PATIENCE_MS)
    found = context.new_page()
    found.on("console", lambda message: noted.append(message.text))
    found.on("pageerror", lambda error: noted.append(str(error)))
    domain = cloud.outputs()["DistributionDomain"]
    found.goto(f"http://{domain.replace('.net', '.localhost')}:{cloud.port}/")
    yield found
    context.close()
    assert noted == []


def test_a_digit_drawn_on_the_page_is_read_and_its_feedback_kept(cloud: Cloud, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = set(cloud.keys())
    draw(page, SEVEN)
    expect(page.locator("#answer")).to_have_text("7")
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#thanks")).to_contain_text("Thank you.")
    kept = set(cloud.keys()) - before
    rounds = "learning/v1/rounds/"  # the first one was begun by `make deploy` and ends when it may
    assert all(key.startswith(("feedback/v1/", rounds)) for key in kept), kept
    quarantined = [key for key in kept if "/status=quarantine/" in key]
    assert {key.rpartition(".")[2] for key in quarantined} == {"json", "png"}
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(page.url).netloc}, "one origin"


def test_the_api_has_the_rights_of_its_policy_and_no_more(cloud: Cloud) -> None:
    """Without them it cannot keep feedback, so the emulator does enforce them."""
    iam = cloud.client("iam")
    role = cloud.function("ApiHandlerRole")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        assert cloud.give_feedback() == 503
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert cloud.give_feedback() == 201


def test_deploying_again_changes_nothing(cloud: Cloud) -> None:
    before = cloud.outputs()
    done = cloud.make("deploy")
    assert done.returncode == 0, done.stderr
    assert f"The stack {STACK}: nothing to change." in done.stdout
    assert "The page: nothing new." in done.stdout
    assert cloud.outputs() == before


def test_a_parameter_is_changed_and_stays(cloud: Cloud) -> None:
    done = cloud.make("deploy", "SET=ThrottleRate=30 LogDays=14")
    assert "Modify  RestAPIapiStage" in done.stdout
    assert cloud.make("deploy").stdout.count("nothing to change") == 1
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"/inkling/{STACK}/")
    assert {group["retentionInDays"] for group in groups["logGroups"]} == {14}


def test_the_daily_round_and_the_steward_have_the_rights_they_need(cloud: Cloud) -> None:
    round_ = cloud.invoke("Adapt", SCHEDULED)
    assert "outcome" in round_, round_
    assert cloud.invoke("Steward", {"action": "history"})["status"] == "done"
    who_and_why = {"by": "ann", "reason": "a drill"}
    answer = cloud.invoke("Steward", {"action": "withdraw", "model": "cnn"} | who_and_why)
    assert answer["error"] == "NoRollout"


def test_a_round_is_begun_by_hand(cloud: Cloud) -> None:
    def told() -> int:
        return cloud.make("logs").stdout.count("Round ")

    before, deadline = told(), time.monotonic() + PATIENCE_MS / 1000
    assert cloud.make("round").returncode == 0
    while told() <= before:
        assert time.monotonic() < deadline, "none has ended"


def test_a_pointer_that_was_deleted_is_brought_back(cloud: Cloud) -> None:
    """The drill of docs/operations.md: frozen heads, the pointer deleted, recovered."""
    change = {"by": "ann", "reason": "a drill"}
    frozen = cloud.invoke("Steward", {"action": "freeze", **change})["current"]
    assert frozen["frozen"]
    bucket = cloud.outputs()["FeedbackBucket"]
    cloud.client("s3").delete_object(Bucket=bucket, Key=CURRENT_KEY)
    assert {CURRENT_KEY}.isdisjoint(cloud.keys())
    done = cloud.make("recover", f"KEY={CURRENT_KEY}")
    assert done.returncode == 0, done.stderr
    assert "1 came back." in done.stdout
    history = cloud.invoke("Steward", {"action": "history"})["history"]
    assert history[0]["reason"] == "a drill"
    assert not cloud.invoke("Steward", {"action": "unfreeze", **change})["current"]["frozen"]
    refused = cloud.make("recover", "KEY=learning/v1/nothing.json")
    assert refused.returncode != 0
    assert "learning/v1/nothing.json cannot be brought back" in refused.stderr


def test_drawings_in_bulk_are_announced_read_and_collected(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "seven.jsonl").write_text(json.dumps({"strokes": SEVEN}) + "\n{broken\n")
    shutil.copy(ROOT / "docs" / "pictures" / "seven.png", tmp_path)
    where = ("--stage", STAGE, "--job", "proof")
    assert "2 of 2 files put" in cloud.batch("submit", tmp_path, *where).stdout
    assert "All is there" in cloud.batch("watch", *where, "--every", "0.5").stdout
    out = tmp_path / "out" / "results.jsonl"
    done = cloud.batch("collect", *where, "--out", out)
    assert done.returncode == 0, done.stderr
    one, two, three = map(json.loads, out.read_text().splitlines())
    assert (one["answer"]["text"], three["answer"]["text"]) == ("7", "7")
    assert two["error"]["code"] == "invalid_json"


def test_the_fuse_shuts_the_api_until_it_is_restored(cloud: Cloud) -> None:
    cloud.invoke("Fuse", {})
    assert "blown" in cloud.make("status").stdout
    done = cloud.make("deploy-site")
    assert done.returncode != 0
    assert f"make restore STAGE={STAGE}" in done.stderr
    assert "answers again" in cloud.make("restore").stdout
    assert cloud.make("deploy-site").returncode == 0


def test_logs_and_status_tell_of_what_was_asked(cloud: Cloud) -> None:
    assert "path=/v1/recognize status=200" in cloud.make("logs").stdout
    status = cloud.make("status").stdout
    assert cloud.outputs()["SiteURL"] in status
    assert "Fuse:      whole" in status


def test_the_page_is_published_whole_under_the_name_of_its_content(cloud: Cloud) -> None:
    found = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs()["SiteBucket"])
    keys = {each["Key"] for each in found["Contents"]}
    names = {path.name for path in (ROOT / "frontend").iterdir()}
    assert {key.rpartition("/")[2] for key in keys} == names
    assert len({key.partition("/")[0] for key in keys if "/" in key}) == 1


def test_a_stage_that_is_not_there_is_said_so_in_one_line(cloud: Cloud) -> None:
    done = cloud.make("status", stage="other")
    assert done.returncode != 0
    assert done.stderr.startswith("There is no stack inkling-other in eu-central-1; make it with")


def test_a_stack_whose_creation_failed_says_how_to_go_on(cloud: Cloud) -> None:
    wrong = {
        "BudgetType": "COST",
        "TimeUnit": "WEEKLY",
        "BudgetLimit": {"Amount": 1, "Unit": "USD"},
    }
    properties = {"Budget": {"BudgetName": "wrong", **wrong}, "NotificationsWithSubscribers": []}
    template = {"Resources": {"Wrong": {"Type": "AWS::Budgets::Budget", "Properties": properties}}}
    cloud.client("cloudformation").create_stack(
        StackName="inkling-stuck", TemplateBody=json.dumps(template)
    )
    done = cloud.make("deploy", stage="stuck")
    assert done.returncode != 0
    expected = "The stack inkling-stuck is in ROLLBACK_COMPLETE and cannot be changed. Its first"
    assert expected in done.stderr
    assert "`make destroy STAGE=stuck KEEP_FEEDBACK=1`" in done.stderr
    assert cloud.make("destroy", "YES=1", stage="stuck").returncode == 0


def feedback_ids(cloud: Cloud) -> set[str]:
    keys = cloud.keys()
    return {Path(key).stem for key in keys if "/status=" in key}


def test_what_is_deployed_is_taken_away_again(package: Path, tmp_path: Path) -> None:
    """Two stages side by side, feedback kept and taken up again, and in the end nothing left."""
    with emulator(tmp_path) as port, closing(Cloud(port, package)) as cloud:
        assert cloud.make("deploy").returncode == 0
        assert cloud.make("deploy", stage="other").returncode == 0
        assert cloud.give_feedback() == 201
        (given,) = feedback_ids(cloud)
        bulk = cloud.outputs()["BatchBucket"]
        cloud.client("s3").put_object(Bucket=bulk, Key="batch/in/job/a.jsonl", Body=b"{}")
        cloud.batch("watch", "--stage", STAGE, "--job", "job", "--every", "0.5")

        refused = cloud.make("destroy")  # nobody answers the question
        assert refused.returncode != 0
        assert "Nothing was removed." in refused.stderr

        assert cloud.make("destroy", "KEEP_FEEDBACK=1", "YES=1").returncode == 0
        again = cloud.make("deploy")
        assert "taken up again" in again.stdout, again.stderr
        assert feedback_ids(cloud) == {given}, "wherever a round may have moved it meanwhile"

        for stage in (STAGE, "other", "other"):  # twice does no harm
            done = cloud.make("destroy", "YES=1", stage=stage)
            assert done.returncode == 0, done.stderr
        assert cloud.client("s3").list_buckets()["Buckets"] == []
        assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []
        assert cloud.client("lambda").list_functions()["Functions"] == []
        assert cloud.client("logs").describe_log_groups()["logGroups"] == []
        assert cloud.client("apigateway").get_rest_apis()["items"] == []
        assert not cloud.client("apigateway").get_account().get("cloudwatchRoleArn")
