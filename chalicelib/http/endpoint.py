"""Around every view: what all answers have in common, and what becomes of errors.

Chalice, `chalice local` and API Gateway each refuse some requests by themselves, in shapes of
their own. So every address takes every method and every content type from them, and what is
refused is refused here.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from chalice.app import Request, Response

from chalicelib.config import ANY_ORIGIN
from chalicelib.errors import InvalidJson, MethodNotAllowed, NotFound
from chalicelib.http.problems import INTERNAL, problem_body, problem_headers, problem_of
from chalicelib.wiring import Services

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
CONTENT_TYPES = ["*/*"]
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "7200",  # no browser remembers for longer than Chromium's two hours
}
EXPOSED_HEADERS = "X-Request-Id, ETag, Retry-After"
INFERENCE = "v2"  # the first part of an address of the Open Inference Protocol

View = Callable[..., Response]
logger = logging.getLogger(__name__)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def answer(
    request: Request,
    services: Services,
    views: Mapping[str, View],
    parameters: Mapping[str, str],
) -> Response:
    """Answer a request in the API's own shape, whatever happens.

    views: the view of each method that the address has; none where there is no such address.
    parameters: the variable parts of the path, percent-encoded or not.
    """
    started_s = time.perf_counter()
    request_id = _request_id(request)
    try:
        response = _dispatch(request, services, views, parameters)
    except Exception as error:
        if problem_of(error) is INTERNAL:
            logger.exception("Request %s failed", request_id, extra={"request": request_id})
        response = _refusal(error, request_id, is_inference=_is_inference(request, parameters))
    origin = request.headers.get("origin")
    response.headers |= _cors_headers(services.settings.allowed_origins, origin)
    response.headers["X-Request-Id"] = request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    if request.method == "HEAD":
        response.body = ""
    _log(
        {
            "request": request_id,
            "method": request.method,
            "path": request.path,  # the pattern: a receipt in the address is a secret
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started_s) * 1000, 2),
        }
    )
    return response


def _log(facts: dict[str, str | int | float]) -> None:
    """Write one line for a request; where Lambda writes JSON, each fact is a field of its own."""
    line = " ".join(f"{name}={value}" for name, value in facts.items())
    logger.info(line, extra=facts)


def _request_id(request: Request) -> str:
    """Return API Gateway's id of the request; Lambda's own where there is no gateway."""
    given: str | None = request.context.get("requestId")
    return given or str(getattr(request.lambda_context, "aws_request_id", ""))


def _dispatch(
    request: Request,
    services: Services,
    views: Mapping[str, View],
    parameters: Mapping[str, str],
) -> Response:
    if request.method == "OPTIONS":
        return Response(body="", status_code=204, headers=dict(PREFLIGHT_HEADERS))
    if not views:
        raise NotFound("address")
    view = views.get("GET" if request.method == "HEAD" else request.method)
    if view is None:
        raise MethodNotAllowed(request.method, (*views, "OPTIONS"))
    # API Gateway hands parameters over decoded, `chalice local` as they stand in the address.
    return view(request, services, **{name: unquote(part) for name, part in parameters.items()})


def read_body(request: Request) -> bytes:
    """Return the body of a request. Raises InvalidJson where a gateway has lost its bytes."""
    try:
        body = request.raw_body
    except UnicodeEncodeError as error:  # a gateway passed on as text what is none
        raise InvalidJson("it is not UTF-8") from error
    return body if isinstance(body, bytes) else body.encode()


def json_response(value: object, *, status: int = 200) -> Response:
    """Return an answer in JSON."""
    return Response(
        body=_ENCODER.encode(value),
        status_code=status,
        headers={"Content-Type": "application/json"},
    )


def _is_inference(request: Request, parameters: Mapping[str, str]) -> bool:
    """Whether an address, or one that is none, belongs to the Open Inference Protocol."""
    return f"{request.path}/".startswith(f"/{INFERENCE}/") or parameters.get("a") == INFERENCE


def _refusal(error: Exception, request_id: str, *, is_inference: bool) -> Response:
    """Return the answer to an error, in the shape that the address has for it."""
    if is_inference:
        from chalicelib.http.inference.refusal import refuse

        return refuse(error)
    response = json_response(problem_body(error, request_id), status=problem_of(error).status)
    response.headers |= problem_headers(error)
    return response


def _cors_headers(allowed: tuple[str, ...], origin: str | None) -> dict[str, str]:
    headers = {"Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if ANY_ORIGIN in allowed:
        return headers | {"Access-Control-Allow-Origin": ANY_ORIGIN}
    if origin in allowed:
        headers["Access-Control-Allow-Origin"] = origin
    return headers | {"Vary": "Origin"}
