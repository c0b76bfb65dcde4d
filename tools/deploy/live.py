"""The API's function behind an alias: each deployment of it is a version, and one of them is live.

API Gateway calls the alias `live`. Which version that is stands in the stack's parameters: the one
of its template, or a StableVersion beside which the template's gets CanaryShare of the requests. A
version's logical name is made of all that it consists of: what differs in nothing is no new
version, which Lambda would not let be made.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

ALIAS = "live"
API = "APIHandler"
LIVE = "ApiLive"  # logical name of the alias
VERSION = "ApiVersion"  # begins that of a version
STABLE_VERSION, CANARY_SHARE = "StableVersion", "CanaryShare"  # parameters
NONE = "0"
# What belongs to the function, and to no version of it.
UNVERSIONED = {"Events", "ReservedConcurrentExecutions", "Role", "Tags"}
NAMED = re.compile(r"\$\{(\w+)\}")
NO_VALUE = {"Ref": "AWS::NoValue"}

Template = dict[str, Any]


def put_behind_alias(template: Template, values: Mapping[str, str]) -> None:
    """Let the API call the alias, and the alias the version that this template describes.

    template: complete but for that; it is changed. values: of its parameters; others have their
    defaults.
    """
    resources = template["Resources"]
    name = version_name(template, values)
    number = {"Fn::GetAtt": [name, "Version"]}
    resources[name] = {
        "Type": "AWS::Lambda::Version",
        # Earlier versions stay, to go back to; one whose deployment failed goes, or Lambda would
        # refuse to make it again.
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"FunctionName": {"Ref": API}},
    }
    resources[LIVE] = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "Name": ALIAS,
            "FunctionName": {"Ref": API},
            "FunctionVersion": _if("HasStableVersion", {"Ref": STABLE_VERSION}, number),
            "RoutingConfig": _if("HasCanary", _routing(number), NO_VALUE),
        },
    }
    resources["APIHandlerInvokePermission"]["Properties"]["FunctionName"] = {"Ref": LIVE}
    api = resources["RestAPI"]["Properties"]
    body = json.dumps(api["DefinitionBody"]).replace(f"${{{API}.Arn}}", f"${{{LIVE}}}")
    api["DefinitionBody"] = json.loads(body)


def version_name(template: Template, values: Mapping[str, str]) -> str:
    """Return the logical name of the version that a template describes."""
    properties = template["Resources"][API]["Properties"]
    kept = {name: value for name, value in properties.items() if name not in UNVERSIONED}
    parameters = {
        name: str(values.get(name, template["Parameters"][name].get("Default", "")))
        for name in sorted(_named(kept) & template["Parameters"].keys())
    }
    content = json.dumps([kept, parameters], sort_keys=True)
    return VERSION + hashlib.sha256(content.encode()).hexdigest()[:16]


def _named(value: Any) -> set[str]:  # noqa: ANN401 - whatever JSON holds
    """Return all that a part of a template refers to by name."""
    if isinstance(value, str):
        return set(NAMED.findall(value))
    if isinstance(value, list):
        return set().union(*map(_named, value))
    if isinstance(value, dict):
        own = {value["Ref"]} if "Ref" in value else set()
        return own.union(*map(_named, value.values()))
    return set()


def _routing(number: Any) -> dict[str, Any]:  # noqa: ANN401 - an intrinsic function
    weight = {"FunctionVersion": number, "FunctionWeight": {"Ref": CANARY_SHARE}}
    return {"AdditionalVersionWeights": [weight]}


def _if(condition: str, yes: Any, no: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a template
    return {"Fn::If": [condition, yes, no]}
