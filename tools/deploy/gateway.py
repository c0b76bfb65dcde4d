"""What API Gateway answers by itself, in the API's own shape."""

import json
from typing import Any

from chalicelib.errors import NotFound, PayloadTooLarge, UnsupportedMediaType
from chalicelib.http.endpoint import EXPOSED_HEADERS
from chalicelib.http.problems import (
    PROBLEM_TYPE,
    PROBLEMS,
    RATE_LIMITED,
    REFUSED,
    RETRY_AFTER_S,
    TO_BE_TRIED_AGAIN,
    UNAVAILABLE,
    Problem,
)

# Where all the function's instances are busy, API Gateway speaks of an INTEGRATION_FAILURE; where
# one crashes, ends at its own time limit or cannot start, of some other 5XX. To a caller all are
# one: nobody has answered, and it may be tried again.
ANSWERS: dict[str, Problem] = {
    "DEFAULT_4XX": REFUSED,
    "DEFAULT_5XX": UNAVAILABLE,
    "THROTTLED": RATE_LIMITED,
    "QUOTA_EXCEEDED": RATE_LIMITED,
    "REQUEST_TOO_LARGE": PROBLEMS[PayloadTooLarge],
    "UNSUPPORTED_MEDIA_TYPE": PROBLEMS[UnsupportedMediaType],
    "RESOURCE_NOT_FOUND": PROBLEMS[NotFound],
    "MISSING_AUTHENTICATION_TOKEN": PROBLEMS[NotFound],  # so it calls an address that is none
    "INTEGRATION_FAILURE": UNAVAILABLE,
    "INTEGRATION_TIMEOUT": UNAVAILABLE,
}
KEEPS_STATUS = "DEFAULT_4XX"  # the rest of 4xx, each with its own


def gateway_responses() -> dict[str, Any]:
    """Return SAM's GatewayResponses, by the kind of answer."""
    return {kind: _response(kind, problem) for kind, problem in ANSWERS.items()}


def _response(kind: str, problem: Problem) -> dict[str, Any]:
    headers = {
        "Access-Control-Allow-Origin": "*",  # nothing in it is for one origin alone
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
        "Cache-Control": "no-store",
        "Content-Type": PROBLEM_TYPE,
        "X-Content-Type-Options": "nosniff",
    }
    if problem.status in TO_BE_TRIED_AGAIN:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    mapped = {name: f"'{text}'" for name, text in headers.items()}  # in quotes: as it stands here
    response: dict[str, Any] = {
        "ResponseParameters": {"Headers": mapped | {"X-Request-Id": "context.requestId"}},
        "ResponseTemplates": {"application/json": _body(problem)},
    }
    if kind != KEEPS_STATUS:
        response["StatusCode"] = problem.status
    return response


def _body(problem: Problem) -> str:
    """Return the template of a body; the gateway fills in what begins with a dollar."""
    return json.dumps(
        {
            "type": f"urn:inkling:problem:{problem.code}",
            "title": problem.title,
            "status": problem.status,
            "detail": "",
            "code": problem.code,
            "request_id": "$context.requestId",
            "error": problem.title,  # where clients of the Open Inference Protocol look
        },
        separators=(",", ":"),
    )
