"""The OpenAPI 3.1 document: says what the routes do, and is tested against them."""

from functools import cache
from typing import Any

from chalicelib import __version__
from chalicelib.http.components import HEADERS, PARAMETERS, header, parameter
from chalicelib.http.examples import FEEDBACK_EXAMPLES, RECOGNIZE_EXAMPLES
from chalicelib.http.inference.document import INFERENCE_SCHEMAS, inference_paths
from chalicelib.http.json_schema import one_of
from chalicelib.http.problems import (
    ALL_PROBLEMS,
    INTERNAL,
    PROBLEM_TYPE,
    RATE_LIMITED,
    TO_BE_TRIED_AGAIN,
    UNAVAILABLE,
)
from chalicelib.http.request_schemas import OPTIONS
from chalicelib.http.requests import IMAGE_TYPES, JSON_TYPE
from chalicelib.http.schemas import SCHEMAS

Operation = dict[str, Any]

BODY_PROBLEMS = (400, 413, 415, 422)
IMAGE: Operation = {"schema": {"type": "string", "format": "binary"}}
TAGS = {
    "recognition": "Drawings become digits.",
    "feedback": "What people say about an answer, with their consent, and how they take it back.",
    "models": "What answers.",
    "inference": "The models by the Open Inference Protocol.",
    "service": "The service itself.",
}


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document, the same object each time."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inkling",
            "version": __version__,
            "summary": "Reads hand-drawn digits, says how sure it is, takes correction.",
            "description": "Whoever reaches the API may call it. Failures are problems of RFC 9457 "
            "with a stable `code`; every answer has an `X-Request-Id`.",
        },
        # Seen from this document, also where a stage or /api stands before /v1.
        "servers": [{"url": "..", "description": "Where this document is served."}],
        "security": [],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": _paths() | inference_paths(),
        "components": {
            "schemas": SCHEMAS | INFERENCE_SCHEMAS,
            "headers": HEADERS,
            "parameters": PARAMETERS,
        },
    }


def _paths() -> dict[str, Any]:
    return {
        "/v1/recognize": {"post": _recognize()},
        "/v1/feedback": {"post": _submit_feedback()},
        "/v1/feedback/{receipt}": {"delete": _withdraw_feedback()},
        "/v1/models": {
            "get": _with_etag("models", "All models, the default first", "listModels", "ModelList")
        },
        "/v1/models/{name}": {"get": _show_model()},
        "/v1/health": {
            "get": _operation(
                "service",
                "Say that a prediction can be made",
                "showHealth",
                {200: _json("Health", "It can.")},
            )
        },
        "/v1/openapi.json": {
            "get": _with_etag("service", "This document", "showOpenapi", "Document")
        },
    }


def _recognize() -> Operation:
    operation = _operation(
        "recognition",
        "Read a drawing",
        "recognize",
        {200: _json("RecognizeAnswer", "What the drawing shows.")},
        404,
        *BODY_PROBLEMS,
    )
    operation["description"] = (
        "Send JSON, or an image file as the body with the options in the query string."
    )
    operation["parameters"] = [_of_image_file(name) for name in OPTIONS]
    content = {JSON_TYPE: {"schema": one_of("RecognizeRequest"), "examples": RECOGNIZE_EXAMPLES}}
    content |= dict.fromkeys(IMAGE_TYPES, IMAGE)
    operation["requestBody"] = {"required": True, "content": content}
    return operation


def _of_image_file(name: str) -> Operation:
    """Return the query parameter that is an option of an image file.

    It names no default: generated clients would send that with JSON too, which is refused.
    """
    schema = {key: of for key, of in OPTIONS[name].items() if key not in ("default", "description")}
    return {
        "name": name,
        "in": "query",
        "schema": schema,
        "description": f"{OPTIONS[name]['description']} Of an image file: in JSON it is a field.",
    }


def _submit_feedback() -> Operation:
    operation = _operation(
        "feedback",
        "Say what a drawing was",
        "submitFeedback",
        {
            201: _json("Receipt", "It is kept."),
            200: _json("Receipt", "The same request had come before."),
        },
        409,
        *BODY_PROBLEMS,
    )
    operation["parameters"] = [parameter("IdempotencyKey")]
    content = {JSON_TYPE: {"schema": one_of("FeedbackRequest"), "examples": FEEDBACK_EXAMPLES}}
    operation["requestBody"] = {"required": True, "content": content}
    return operation


def _withdraw_feedback() -> Operation:
    operation = _operation(
        "feedback",
        "Take feedback back",
        "withdrawFeedback",
        {204: _empty("Drawing and record are gone.")},
        404,
    )
    return operation | {"parameters": [parameter("ReceiptOfFeedback")]}


def _show_model() -> Operation:
    operation = _with_etag("models", "One model", "showModel", "Model", 404)
    return operation | {"parameters": [parameter("ModelName"), *operation["parameters"]]}


def _with_etag(tag: str, summary: str, name: str, schema: str, *problems: int) -> Operation:
    """Return a GET whose answer has an ETag."""
    answers = {200: _json(schema, summary + "."), 304: _empty("It is the one that the caller has.")}
    for answer in answers.values():
        answer["headers"]["ETag"] = header("ETag")
    operation = _operation(tag, summary, name, answers, *problems)
    return operation | {"parameters": [parameter("IfNoneMatch")]}


def _operation(
    tag: str, summary: str, name: str, answers: dict[int, dict[str, Any]], *problems: int
) -> Operation:
    statuses = sorted({*problems, RATE_LIMITED.status, INTERNAL.status, UNAVAILABLE.status})
    responses = {str(status): answer for status, answer in answers.items()}
    responses |= {str(status): _problem(status) for status in statuses}
    return {"tags": [tag], "summary": summary, "operationId": name, "responses": responses}


def _json(schema: str, description: str) -> dict[str, Any]:
    return _empty(description) | {"content": {JSON_TYPE: {"schema": one_of(schema)}}}


def _empty(description: str) -> dict[str, Any]:
    return {"description": description, "headers": {"X-Request-Id": header("RequestId")}}


def _problem(status: int) -> dict[str, Any]:
    codes = [problem.code for problem in ALL_PROBLEMS if problem.status == status]
    answer = _empty(f"code: {', '.join(codes)}.")
    if status in TO_BE_TRIED_AGAIN:
        answer["headers"]["Retry-After"] = header("RetryAfter")
    return answer | {"content": {PROBLEM_TYPE: {"schema": one_of("Problem")}}}
