"""Headers and parameters of the OpenAPI document, each defined once and referred to by name."""

from typing import Any

from chalicelib.http.examples import KEY_EXAMPLE
from chalicelib.http.requests import IDEMPOTENCY_KEY_PATTERN


def header(name: str) -> dict[str, str]:
    """Return a reference to a header of answers."""
    return {"$ref": f"#/components/headers/{name}"}


def parameter(name: str) -> dict[str, str]:
    """Return a reference to a parameter of requests."""
    return {"$ref": f"#/components/parameters/{name}"}


HEADERS: dict[str, Any] = {
    "RequestId": {
        "description": "The request in our logs; problems name it as `request_id`.",
        "schema": {"type": "string"},
        "required": True,
    },
    "ETag": {
        "description": "Of the answer; sent as If-None-Match it saves sending that again.",
        "schema": {"type": "string"},
        "required": True,
    },
    "RetryAfter": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
        "required": True,
    },
}

PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY_PATTERN},
        "description": "Makes it safe to send the same feedback again.",
        "example": KEY_EXAMPLE,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "The ETag of an earlier answer.",
    },
    "ReceiptOfFeedback": {
        "name": "receipt",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "As the answer to the feedback gave it.",
    },
    "ModelName": {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "As /v1/models names it.",
    },
    "ModelVersion": {
        "name": "version",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "One of the model's versions.",
    },
}
