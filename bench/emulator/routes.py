"""The addresses of an API, as Chalice's template names them to API Gateway."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Routes:
    """What the gateway knows: its stage, the methods of each route, and which bodies are binary."""

    stage: str
    methods: dict[str, frozenset[str]]
    binary_types: frozenset[str]

    @classmethod
    def of_template(cls, template: Path) -> Self:
        """Read them from a template that `make package` made."""
        resources = json.loads(template.read_bytes())["Resources"].values()
        api = next(r for r in resources if r["Type"] == "AWS::Serverless::Api")["Properties"]
        document: dict[str, Any] = api["DefinitionBody"]
        return cls(
            api["StageName"],
            {
                route: frozenset(method.upper() for method in described)
                for route, described in document["paths"].items()
            },
            frozenset(document.get("x-amazon-apigateway-binary-media-types", ())),
        )

    def match(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """Return the route of a path below the stage and its parameters; None where there is none.

        A part as it is written goes before a parameter, and that before one of several parts.
        """
        parts = path.strip("/").split("/")
        found = [
            (pattern, parameters)
            for pattern, methods in self.methods.items()
            if method in methods and (parameters := _matched(pattern, parts)) is not None
        ]
        return min(found, key=lambda match: match[0].count("{"), default=None)


def _matched(pattern: str, parts: Sequence[str]) -> dict[str, str] | None:
    wanted = pattern.strip("/").split("/")
    parameters: dict[str, str] = {}
    for place, name in enumerate(wanted):
        if name.endswith("+}"):
            rest = "/".join(parts[place:])
            return parameters | {name[1:-2]: unquote(rest)} if rest else None
        if place >= len(parts):
            return None
        if name.startswith("{"):
            parameters[name[1:-1]] = unquote(parts[place])
        elif name != parts[place]:
            return None
    return parameters if len(parts) == len(wanted) else None
