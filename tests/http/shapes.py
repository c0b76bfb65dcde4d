"""What the API promises of the shape of every answer, taken from its own OpenAPI document."""

from typing import Any

from openapi_schema_validator import OAS31Validator

from bench.transports import Answer
from chalicelib.http.openapi import openapi_document


def assert_schema(value: Any, name: str) -> None:
    """Check a value against a schema of the document."""
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": openapi_document()["components"],
    }
    OAS31Validator(schema).validate(value)


def assert_common_headers(answer: Answer) -> None:
    """Check the headers that every answer carries."""
    assert answer.headers["x-request-id"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "cache-control" in answer.headers


def assert_problem(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    """Check that an answer is this problem, and that it has the shape of one."""
    assert (answer.status, answer.json.get("code")) == (status, code), answer.body
    assert_common_headers(answer)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert_schema(answer.json, "Problem")
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.json.get("field") == field
