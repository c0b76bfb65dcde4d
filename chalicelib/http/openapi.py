"""The OpenAPI 3.1 document: says what the routes do, and is tested against them."""

from functools import cache
from typing import Any

from chalicelib import __version__
from chalicelib.http.problems import (
    ALL_PROBLEMS,
    INTERNAL,
    PROBLEM_TYPE,
    RATE_LIMITED,
    TO_BE_TRIED_AGAIN,
    UNAVAILABLE,
)
from chalicelib.http.requests import IMAGE_TYPES, JSON_TYPE
from chalicelib.http.schemas import OPTIONS, SCHEMAS, one_of

Operation = dict[str, Any]

BODY_PROBLEMS = (400, 413, 415, 422)
IMAGE: Operation = {"schema": {"type": "string", "format": "binary"}}


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document, the same object each time."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inkling",
            "version": __version__,
            "description": "Reads hand-drawn digits, says how sure it is, takes correction.",
        },
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "headers": {"RequestId": {"schema": {"type": "string"}, "required": True}},
        },
    }


def _paths() -> dict[str, Any]:
    return {
        "/v1/recognize": {"post": _recognize()},
        "/v1/feedback": {"post": _submit_feedback()},
        "/v1/feedback/{receipt}": {"delete": _withdraw_feedback()},
        "/v1/models": {"get": _tagged("All models, the default first", "listModels", "Models")},
        "/v1/models/{name}": {
            "get": _tagged("One model", "showModel", "Model", 404)
            | {"parameters": [_in_path("name"), _IF_NONE_MATCH]}
        },
        "/v1/health": {
            "get": _operation(
                "Says that a prediction can be made", "showHealth", {200: _json("Health")}
            )
        },
        "/v1/openapi.json": {"get": _tagged("This document", "showOpenapi", None)},
    }


def _recognize() -> Operation:
    operation = _operation(
        "Read a drawing", "recognize", {200: _json("RecognizeAnswer")}, 404, *BODY_PROBLEMS
    )
    operation["description"] = (
        "Send JSON, or an image file as the body with the options in the query string."
    )
    operation["parameters"] = [
        {"name": name, "in": "query", "schema": schema, "description": "Of an image file."}
        for name, schema in OPTIONS.items()
    ]
    content = {JSON_TYPE: {"schema": one_of("RecognizeRequest")}}
    content |= dict.fromkeys(IMAGE_TYPES, IMAGE)
    operation["requestBody"] = {"required": True, "content": content}
    return operation


def _submit_feedback() -> Operation:
    operation = _operation(
        "Say what a drawing was",
        "submitFeedback",
        {201: _json("Receipt"), 200: _json("Receipt", "The same request had come before.")},
        409,
        *BODY_PROBLEMS,
    )
    operation["parameters"] = [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
            "description": "Makes it safe to send the same feedback again.",
        }
    ]
    content = {JSON_TYPE: {"schema": one_of("FeedbackRequest")}}
    operation["requestBody"] = {"required": True, "content": content}
    return operation


def _withdraw_feedback() -> Operation:
    operation = _operation(
        "Take feedback back", "withdrawFeedback", {204: _empty("It is gone.")}, 404
    )
    return operation | {"parameters": [_in_path("receipt")]}


def _tagged(summary: str, name: str, schema: str | None, *problems: int) -> Operation:
    """Return a GET whose answer has an ETag."""
    answers = {200: _json(schema), 304: _empty("It is the one that the caller has.")}
    for answer in answers.values():
        answer["headers"]["ETag"] = {"schema": {"type": "string"}, "required": True}
    return _operation(summary, name, answers, *problems) | {"parameters": [_IF_NONE_MATCH]}


def _operation(
    summary: str, name: str, answers: dict[int, dict[str, Any]], *problems: int
) -> Operation:
    statuses = sorted({*problems, RATE_LIMITED.status, INTERNAL.status, UNAVAILABLE.status})
    responses = {str(status): answer for status, answer in answers.items()}
    responses |= {str(status): _problem(status) for status in statuses}
    return {"summary": summary, "operationId": name, "responses": responses}


def _json(schema: str | None, description: str = "The answer.") -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": one_of(schema) if schema else {"type": "object"}}}
    return _empty(description) | {"content": content}


def _empty(description: str) -> dict[str, Any]:
    headers = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    return {"description": description, "headers": headers}


def _problem(status: int) -> dict[str, Any]:
    codes = [problem.code for problem in ALL_PROBLEMS if problem.status == status]
    answer = _empty(f"code: {', '.join(codes)}.")
    if status in TO_BE_TRIED_AGAIN:
        answer["headers"]["Retry-After"] = {"schema": {"type": "integer"}, "required": True}
    return answer | {"content": {PROBLEM_TYPE: {"schema": one_of("Problem")}}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag of an earlier answer.",
}
