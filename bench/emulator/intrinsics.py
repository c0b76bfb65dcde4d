"""What parts of a template become in a stack: parameters, names and conditions put in their place.

Of CloudFormation's functions those that the alias and the alarms of our template are made of;
samtranslator's resolver, which is at hand, knows parameters alone.
"""

import re
from collections.abc import Mapping
from typing import Any

NAMED = re.compile(r"\$\{([\w:.]+)\}")


class Intrinsics:
    """Resolves parts of one template.

    known: what `Ref` gives by name, and `Fn::GetAtt` by name and attribute with a dot between;
    parameters that are not in it have their defaults.
    """

    def __init__(self, template: Mapping[str, Any], known: Mapping[str, str]) -> None:
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        defaults = {
            name: str(described["Default"])
            for name, described in template.get("Parameters", {}).items()
            if "Default" in described
        }
        self._known = defaults | dict(known)

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - whatever a template holds
        """Return what it becomes; None for AWS::NoValue. Raises KeyError for what is not known."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": name}:
                return self._known[name]
            case {"Fn::GetAtt": [name, attribute]}:
                return self._known[f"{name}.{attribute}"]
            case {"Fn::Sub": text}:
                return NAMED.sub(lambda found: self._known[found[1]], text)
            case {"Fn::If": [condition, yes, no]}:
                return self.resolve(yes if self.holds({"Condition": condition}) else no)
            case dict():
                found = {name: self.resolve(part) for name, part in value.items()}
                return {name: part for name, part in found.items() if part is not None}
            case list():
                return [self.resolve(part) for part in value]
        return value

    def holds(self, condition: Mapping[str, Any]) -> bool:
        """Whether a condition does."""
        match condition:
            case {"Condition": name}:
                return self.holds(self._conditions[name])
            case {"Fn::Not": [inner]}:
                return not self.holds(inner)
            case {"Fn::And": parts}:
                return all(map(self.holds, parts))
            case {"Fn::Equals": [one, other]}:
                return str(self.resolve(one)) == str(self.resolve(other))
        raise KeyError(f"{condition} is no condition that is known here")
