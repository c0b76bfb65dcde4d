"""What the schemas of requests and answers are made of (JSON Schema 2020-12)."""

from typing import Any

from chalicelib.limits import MAX_NAME_CHARACTERS, NAME_PATTERN

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_NAME_CHARACTERS,
    "pattern": NAME_PATTERN,
}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def one_of(*names: str) -> Schema:
    """Return a reference to one schema of several; to the one where there is only one."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return references[0] if len(references) == 1 else {"oneOf": references}


def or_null(name: str) -> Schema:
    """Return the schema of what is either null or as that of this name."""
    return {"oneOf": [one_of(name), {"type": "null"}]}


def array(items: Schema, low: int | None = None, high: int | None = None) -> Schema:
    """Return the schema of an array of at least `low` and at most `high` items."""
    bounds = {"minItems": low, "maxItems": high}
    return {"type": "array", "items": items} | {k: v for k, v in bounds.items() if v is not None}


def closed_object(properties: Schema, *optional: str) -> Schema:
    """Return the schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
