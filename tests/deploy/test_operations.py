"""Who is woken finds out what to do: alarms, dashboard and docs/operations.md agree."""

import json
import re
from typing import Any

import pytest

from bench.operations.document import DOCUMENT, FUNCTIONS, OWN_METRICS, alarm_table, filled
from chalicelib.http.requests import FeedbackRequest
from chalicelib.http.rounds import DAMAGED
from chalicelib.http.views import _counts
from chalicelib.learning.reports import Outcome, Report, counts_of
from chalicelib.recognition.drawing import StrokeDrawing
from tools.deploy.alarms import DAY_S
from tools.deploy.template import stack_template
from tools.package.build import ROOT

Template = dict[str, Any]
# What AWS's services send by themselves, with the dimensions under which they do.
SENT = {
    "AWS/ApiGateway": (
        {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
        {"ApiName", "Stage"},
    ),
    "AWS/Lambda": (
        {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
        {"FunctionName"},
    ),
    "AWS/SQS": (
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
        {"QueueName"},
    ),
    "AWS/CloudFront": ({"Requests", "5xxErrorRate"}, {"DistributionId", "Region"}),
}
OWN = "Inkling/${AWS::StackName}"


@pytest.fixture(scope="module")
def template(packaged: Template) -> Template:
    return stack_template(packaged)


def resources_of(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: found["Properties"]
        for name, found in template["Resources"].items()
        if found["Type"] == kind
    }


def own_metrics() -> set[str]:
    """Return what the functions count, by the code that counts it."""
    report = Report(round="0", dataset="0", time="", by="test", outcome=Outcome.UNCHANGED, words="")
    seen = {"label": "7"}
    asked = FeedbackRequest(StrokeDrawing(()), "7", seen, "0", None)
    return {DAMAGED, *counts_of(report), *_counts(asked)}


def test_every_alarm_has_a_section_that_says_what_to_do(template: Template) -> None:
    text = DOCUMENT.read_text()
    found = resources_of(template, "AWS::CloudWatch::Alarm")
    sections = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE))
    assert sections.keys() == found.keys(), "a section for each alarm, and none for what is gone"
    for name, section in sections.items():
        for part in ("**Means**", "**Look**", "**Do", "**Over**"):
            assert part in section, f"{name} lacks {part}"
        described = found[name]["AlarmDescription"]
        assert described.endswith(f"What to do: docs/operations.md#{name.lower()}")
        assert len(described) <= 1024, "more than CloudWatch takes"


def test_every_alarm_tells_somebody_that_it_began_and_that_it_is_over(template: Template) -> None:
    for name, alarm in resources_of(template, "AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Notices"}], name
        silence = "breaching" if name == "RoundMissing" else "notBreaching"
        assert alarm["TreatMissingData"] == silence, (
            "but for rounds, a stage that rests is no fault"
        )
    (mail,) = [
        s
        for s in resources_of(template, "AWS::SNS::Subscription").values()
        if s["TopicArn"] == {"Ref": "Notices"}
    ]
    assert mail["Endpoint"] == {"Ref": "NoticeEmail"}


def test_every_alarm_watches_what_is_really_sent(template: Template) -> None:
    for alarm in resources_of(template, "AWS::CloudWatch::Alarm").values():
        dimensions = {each["Name"] for each in alarm.get("Dimensions", ())}
        require_sent(alarm["Namespace"], alarm["MetricName"], dimensions)


def test_a_round_is_missed_only_where_one_should_have_been(template: Template) -> None:
    """The schedule is always on; where that became a condition, the alarm would need it too."""
    adapt = resources_of(template, "AWS::Serverless::Function")["Adapt"]
    (schedule,) = adapt["Events"].values()
    assert schedule == {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}
    alarm = resources_of(template, "AWS::CloudWatch::Alarm")["RoundMissing"]
    back_s = alarm["Period"] * alarm["EvaluationPeriods"]
    tries_s = 3 * adapt["Timeout"] + 3 * 60  # Lambda tries a failed round twice more, minutes later
    assert back_s > DAY_S + tries_s
    assert back_s <= 7 * DAY_S, "more than CloudWatch looks back"


def require_sent(namespace: Any, metric: str, dimensions: set[str]) -> None:
    if namespace in ({"Fn::Sub": OWN}, OWN):
        assert metric in own_metrics()
        assert not dimensions, "the functions count without dimensions"
    else:
        metrics, under = SENT[namespace]
        assert metric in metrics
        assert dimensions == under, metric


def test_the_dashboard_shows_what_is_really_sent_and_every_alarm(template: Template) -> None:
    (dashboard,) = resources_of(template, "AWS::CloudWatch::Dashboard").values()
    body = json.loads(dashboard["DashboardBody"]["Fn::Sub"])
    shown = set()
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", ()):
            if "expression" not in line[0]:
                namespace, metric, *pairs, _options = line
                require_sent(namespace, metric, set(pairs[::2]))
                shown.add((namespace, metric))
    own = {metric for namespace, metric in shown if namespace == OWN}
    assert own == own_metrics(), "all that is counted is shown"
    assert len(own) == OWN_METRICS
    assert {n for n, _ in shown} == {*SENT, OWN}
    arns = {f"${{{name}.Arn}}" for name in resources_of(template, "AWS::CloudWatch::Alarm")}
    assert set(body["widgets"][0]["properties"]["alarms"]) == arns
    known = {*template["Resources"], *template["Parameters"], "AWS::StackName", "AWS::Region"}
    named = re.findall(r"\$\{([\w:]+)(?:\.\w+)?\}", dashboard["DashboardBody"]["Fn::Sub"])
    assert set(named) <= known


def test_no_two_widgets_lie_on_each_other(template: Template) -> None:
    (dashboard,) = resources_of(template, "AWS::CloudWatch::Dashboard").values()
    cells = [
        (x, y)
        for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_document_is_written_from_the_alarms() -> None:
    text = DOCUMENT.read_text()
    assert filled(text, {"alarms": alarm_table()}) == text, "run `python -m bench.operations`"
    with pytest.raises(ValueError, match="has no place for nonsense"):
        filled(text, {"nonsense": ""})


def test_the_document_tells_of_the_functions_that_there_are(template: Template) -> None:
    assert set(FUNCTIONS) == resources_of(template, "AWS::Serverless::Function").keys()


def test_every_target_of_make_and_every_module_in_the_document_is_there() -> None:
    text = DOCUMENT.read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)(?= [A-Z]+=|`)", text))
    assert named, "the document names targets of make"
    assert named <= targets
    for module in set(re.findall(r"python -m ([a-z_.]+)", text)):
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_every_link_in_the_document_leads_somewhere() -> None:
    text = DOCUMENT.read_text()
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        if path:
            assert (DOCUMENT.parent / path).exists(), target
        else:
            assert anchor in anchors, target
