"""A canary of the API as the stack's template has it: how it is routed, and what takes it back.

Nothing is said twice here: shares, thresholds, periods and dimensions are the template's own, the
parameters those that `make deploy` sets. Two times are AWS's and are assumed: that a value needs
two minutes to reach an alarm, and CloudFormation one to set the alias back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.emulator.alarms import Rule
from bench.emulator.alias import Routing
from bench.emulator.intrinsics import Intrinsics
from bench.emulator.worker import NAME
from tools.deploy.live import API, CANARY_SHARE, LIVE, NONE, STABLE_VERSION, VERSION
from tools.deploy.shift import TRIGGERS, Live, canary_parameters
from tools.deploy.template import stack_template

OLD, NEW = "1", "2"  # versions
STACK = "inkling-proof"
LAG_S = 120.0  # until a value has reached CloudWatch's alarms
BACK_S = 60.0  # from an alarm until CloudFormation has set the alias back


@dataclass(slots=True)
class Clock:
    """The time of all that counts, set by who lets it pass."""

    now_s: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


class Canary:
    """The alias and the alarms of one template of the stack."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template
        self._resources: Mapping[str, Any] = template["Resources"]

    @classmethod
    def of_package(cls, packaged: Path) -> Self:
        """Read what the stack will have whose template `make deploy` makes of this one."""
        return cls(stack_template(json.loads(packaged.read_bytes())))

    @property
    def before(self) -> Routing:
        """All requests go to the old version, as after a way back."""
        return self._routing({STABLE_VERSION: OLD, CANARY_SHARE: NONE})

    @property
    def during(self) -> Routing:
        """The new version has its share."""
        return self._routing(canary_parameters(Live(OLD)))

    def rules(self) -> dict[str, Rule]:
        """Return the alarms that take a new version back, by name."""
        known = {"AWS::StackName": STACK, API: NAME, "Notices": "notices"}
        resolved = Intrinsics(self._template, known).resolve
        return {
            name: Rule.of_resource(resolved(self._resources[name]["Properties"]))
            for name in TRIGGERS
        }

    def _routing(self, parameters: Mapping[str, str]) -> Routing:
        (version,) = [name for name in self._resources if name.startswith(VERSION)]
        known = {f"{version}.Version": NEW, API: NAME} | dict(parameters)
        alias = self._resources[LIVE]["Properties"]
        return Routing.of_resource(Intrinsics(self._template, known).resolve(alias))
