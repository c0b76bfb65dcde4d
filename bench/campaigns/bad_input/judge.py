"""Whether an answer is what the served OpenAPI document promises of it."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

from openapi_schema_validator import OAS31Validator

from bench.events import JSON
from bench.transports import Answer
from chalicelib.http.endpoint import INFERENCE
from chalicelib.http.problems import PROBLEM_TYPE

COMMON_HEADERS = {
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}
PROBLEM: dict[str, Any] = {
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
HEADERS = "#/components/headers/"
INFERENCE_ERROR: dict[str, Any] = {
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/InferenceError"}}}
}
EMPTY: dict[str, Any] = {}
PREFLIGHT = {"204": EMPTY}
INJECTED = "x-injected"  # a header that some requests try to smuggle into the answer


class Judge:
    """Knows what the document says of every address, method and status."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = document["components"]
        self._paths = {tuple(p.strip("/").split("/")): of for p, of in document["paths"].items()}
        self._validator = lru_cache(None)(self._make_validator)

    def faults(self, method: str, path: str, answer: Answer) -> Iterator[str]:
        """Yield what is wrong with an answer, in words; nothing where it is as documented."""
        promised = self._responses(method, path).get(str(answer.status))
        if promised is None:
            yield f"{answer.status} is documented neither here nor for every address"
            return
        yield from _header_faults(self._required_headers(promised), answer)
        if method == "HEAD" or "content" not in promised:
            if answer.body:
                yield f"a body where none is documented: {answer.body[:80]!r}"
            return
        schemas = promised["content"]
        content_type = answer.headers.get("content-type", "")
        if content_type not in schemas:
            yield f"Content-Type {content_type!r} instead of {', '.join(schemas)}"
            return
        yield from self._body_faults(schemas[content_type]["schema"], answer)

    def _responses(self, method: str, path: str) -> Mapping[str, Any]:
        """Return what is documented of a request by status; of what is nowhere, see API errors."""
        if method == "OPTIONS":
            return PREFLIGHT
        parts = urlsplit(path).path.strip("/").split("/")
        refused = INFERENCE_ERROR if parts[0] == INFERENCE else PROBLEM
        operations = next((of for p, of in self._paths.items() if _matches(p, parts)), None)
        if operations is None:
            return {"404": refused}
        operation = operations.get("get" if method == "HEAD" else method.lower())
        responses: Mapping[str, Any] = operation["responses"] if operation else {"405": refused}
        return responses

    def _required_headers(self, promised: Mapping[str, Any]) -> Iterator[str]:
        """Yield the names, in lower case, of the headers that an answer must have."""
        for name, header in promised.get("headers", {}).items():
            referred = header.get("$ref", "").removeprefix(HEADERS)
            if (self._components["headers"][referred] if referred else header).get("required"):
                yield name.lower()

    def _body_faults(self, schema: Mapping[str, Any], answer: Answer) -> Iterator[str]:
        try:
            value = strict_json(answer.body)
        except ValueError as error:
            yield f"no strict JSON: {error}"
            return
        errors = self._validator(json.dumps(schema)).iter_errors(value)
        yield from (f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in errors)
        if schema == PROBLEM["content"][PROBLEM_TYPE]["schema"] and isinstance(value, dict):
            told = (value.get("status"), value.get("request_id"))
            if told != (answer.status, answer.headers.get("x-request-id")):
                yield f"status and request_id in the body are {told}"

    def _make_validator(self, schema: str) -> OAS31Validator:
        return OAS31Validator(json.loads(schema) | {"components": self._components})


def strict_json(body: bytes) -> object:
    """Return the value of RFC 8259's JSON. Raises ValueError, also for a name that stands twice.

    Not the parser of the API, which is what is tested.
    """
    return json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse).decode(
        body.decode("utf-8")
    )


def _matches(pattern: tuple[str, ...], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        wanted.startswith("{") or wanted == part
        for wanted, part in zip(pattern, parts, strict=True)
    )


def _header_faults(documented: Iterator[str], answer: Answer) -> Iterator[str]:
    for name in {"x-request-id", "cache-control", *documented}:
        if not answer.headers.get(name):
            yield f"the header {name} is missing"
    for name, value in COMMON_HEADERS.items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)!r}"
    if INJECTED in answer.headers:
        yield "a header came in from the request"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
