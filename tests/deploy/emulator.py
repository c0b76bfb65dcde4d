"""Runs ministack, an AWS emulator, with the things that it lacks for our stack.

`python tests/deploy/emulator.py`, in .venv-stack, with GATEWAY_PORT and BIND_HOST set. Added are
budgets in templates, kept by ministack's own budgets service, queues whose mapping's concurrency is
a parameter, aliases that call two versions by weight, alarms that are judged as CloudWatch does and
take a change of a stack back, and a CloudFront that reaches its origins: buckets that want TLS, and
API Gateway, which ministack serves but does not let be asked.
"""

import copy
import os
import random
import re
import runpy
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import budgets, cloudfront, cloudwatch, cloudwatch_logs, lambda_svc
from ministack.services.cloudformation import handlers, provisioners, stacks

from bench.emulator.alarms import Rule
from bench.emulator.alias import Routing
from bench.emulator.metrics import Metrics

SEED = 7
SEEN = Path("seen")  # in the emulator's own folder
EXECUTE_API = re.compile(r"([a-z0-9]+)\.execute-api\..*")


def make_budget(
    _logical_id: str, properties: dict[str, Any], stack: str
) -> tuple[str, dict[str, Any]]:
    """Keep a template's budget as if CreateBudget had been called."""
    budget = copy.deepcopy(properties["Budget"])
    budget["BudgetLimit"]["Amount"] = str(budget["BudgetLimit"]["Amount"])
    request = {
        "AccountId": budgets.get_account_id(),
        "Budget": budget,
        "NotificationsWithSubscribers": properties["NotificationsWithSubscribers"],
    }
    status, _headers, body = budgets._create_budget(request)
    if status != 200:
        raise ValueError(f"{stack}: {body!r}")
    return budget["BudgetName"], {}


def remove_budget(name: str, _properties: dict[str, Any]) -> None:
    """Remove it again."""
    budgets._delete_budget({"AccountId": budgets.get_account_id(), "BudgetName": name})


def ask_own_gateway(forward: Any) -> Any:
    """Send what is for API Gateway to this emulator's own, under the name that it knows."""

    def forwarding(
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: dict[str, Any],
        *rest: Any,
    ) -> Any:
        if found := EXECUTE_API.fullmatch(origin["domain_name"]):
            headers = headers | {"host": f"{found[1]}.execute-api.localhost"}
            origin = origin | {"domain_name": os.environ["BIND_HOST"]}
            origin |= {"protocol_policy": "http-only", "http_port": int(os.environ["GATEWAY_PORT"])}
        return forward(origin, method, uri, query, headers, *rest)

    return forwarding


def make_mapping(make: Any) -> Any:
    """Take the concurrency of an event source mapping for the number that it is.

    A parameter of a template comes as a string, with which ministack's poller cannot compare.
    """

    def making(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        scaling = properties.get("ScalingConfig")
        if scaling:
            numbers = {name: int(value) for name, value in scaling.items()}
            properties = properties | {"ScalingConfig": numbers}
        return make(logical_id, properties, stack)

    return making


def log_where_there_is_a_group(write: Any) -> Any:
    """Let a function log only where its group is: none of ours has the right to make one.

    Else the last lines of one that is being removed would leave a group behind.
    """

    def writing(function: dict[str, Any], *given: Any, **more: Any) -> None:
        config = function.get("config") or function
        if config.get("LoggingConfig", {}).get("LogGroup") in cloudwatch_logs._log_groups:
            write(function, *given, **more)

    return writing


class StoredMetrics(Metrics):
    """The values that ministack holds."""

    def values(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        after_s: float = -1.0,
        until_s: float = float("inf"),
    ) -> list[float]:
        """Return those of a time under exactly these dimensions."""
        key = (namespace, metric, cloudwatch._dims_key(dict(dimensions)))
        found = cloudwatch._metrics.get(key, ())
        return [each["Value"] for each in found if after_s < each["Timestamp"] <= until_s]


def judge_alarm(alarm: dict[str, Any]) -> None:
    """Judge an alarm of the template period by period, under its dimensions.

    ministack takes all periods for one and leaves dimensions and missing data aside, so that one
    slow start would be a slow quarter of an hour.
    """
    before = alarm["StateValue"]
    rule = Rule.of_resource({name: value for name, value in alarm.items() if value is not None})
    raised = rule.judge(StoredMetrics(""), time.time(), was_raised=before == "ALARM")
    after = "ALARM" if raised else "OK"
    if after != before:
        alarm |= {
            "StateValue": after,
            "StateReason": "judged",
            "StateUpdatedTimestamp": time.time(),
        }
        cloudwatch._record_history(alarm["AlarmName"], before, after, "judged")
        cloudwatch._dispatch_alarm_actions(alarm, before, after, "judged")


def choose_by_weight(find: Any) -> Any:
    """Let an alias call the version beside its own for the share of requests that it says.

    ministack keeps these weights and calls the alias's own version alone.
    """
    chance = random.Random(SEED)

    def finding(function: dict[str, Any] | None, qualifier: str | None) -> Any:
        alias = (function or {}).get("aliases", {}).get(qualifier)
        if alias:
            qualifier = Routing.of_alias(alias).choose(chance.random())
        return find(function, qualifier)

    return finding


def note_guard(create: Any) -> Any:
    """Remember which alarms a change set names, for its stack, and for how long."""

    def creating(parameters: dict[str, Any]) -> Any:
        given = {name: value[0] for name, value in parameters.items() if name.startswith(GUARD)}
        alarms = [
            value.rpartition(":")[2] for name, value in given.items() if name.endswith(".Arn")
        ]
        minutes = float(given.get(f"{GUARD}MonitoringTimeInMinutes", 0))
        guards[parameters["StackName"][0]] = (alarms, minutes)
        return create(parameters)

    return creating


def watch(update: Any) -> Any:
    """Watch these alarms for a second for each minute that AWS would, or until a test has seen it.

    That is once the stage of the API is up to date: the alias, which the API needs, has been
    changed before, so that ministack takes it back.
    """

    def watching(kind: str, *given: Any) -> Any:
        updated = update(kind, *given)
        stack = given[3]
        alarms, seconds = guards.pop(stack, ([], 0.0)) if kind == API_STAGE else ([], 0.0)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not SEEN.exists():
            for name in alarms:
                if cloudwatch._alarms[name]["StateValue"] == "ALARM":
                    raise ValueError(f"Rollback trigger {name} went into the state ALARM")
            time.sleep(0.1)
        return updated

    return watching


def run_beside(is_slow: Any) -> Any:
    """Let the stage of the API be changed beside other requests, since alarms are watched."""
    return lambda kind: kind == API_STAGE or is_slow(kind)


cloudwatch._evaluate_alarm = judge_alarm
lambda_svc._effective_func_record_for_qualifier = choose_by_weight(
    lambda_svc._effective_func_record_for_qualifier
)
lambda_svc._emit_lambda_logs = log_where_there_is_a_group(lambda_svc._emit_lambda_logs)
GUARD = "RollbackConfiguration."
API_STAGE = "AWS::ApiGateway::Stage"
guards: dict[str, tuple[list[str], float]] = {}
handlers._ACTION_HANDLERS["CreateChangeSet"] = note_guard(handlers._create_change_set)
stacks._runs_on_worker_thread = run_beside(stacks._runs_on_worker_thread)
stacks._update_keeping_seed = watch(stacks._update_keeping_seed)
mappings = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
mappings["create"] = make_mapping(mappings["create"])
provisioners._RESOURCE_HANDLERS["AWS::Budgets::Budget"] = {
    "create": make_budget,
    "delete": remove_budget,
}
# Between AWS's own services all goes over TLS, which bucket policies insist on.
iam_evaluator.EvalContext = partial(iam_evaluator.EvalContext, secure_transport=True)
cloudfront._forward_to_origin = ask_own_gateway(cloudfront._forward_to_origin)

runpy.run_module("ministack", run_name="__main__", alter_sys=True)
