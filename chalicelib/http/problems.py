"""Every failure has a shape (RFC 9457). One table says which error is which answer."""

from typing import NamedTuple

from chalicelib import errors
from chalicelib.errors import InklingError

PROBLEM_TYPE = "application/problem+json"
TO_BE_TRIED_AGAIN = (429, 503)  # statuses that come with Retry-After
RETRY_AFTER_S = 5


class Problem(NamedTuple):
    """The answer to one kind of error: HTTP status, stable code, title for people."""

    status: int
    code: str
    title: str


INTERNAL = Problem(500, "internal_error", "Something went wrong on our side")
# What API Gateway answers for us: it lets no more through, or the function did not answer it. The
# function says itself that a candidate is unavailable.
RATE_LIMITED = Problem(429, "rate_limited", "Too many requests")
UNAVAILABLE = Problem(503, "unavailable", "This is not to be had at the moment")
REFUSED = Problem(400, "bad_request", "The gateway refused the request")

PROBLEMS: dict[type[InklingError], Problem] = {
    errors.InvalidJson: Problem(400, "invalid_json", "The body is not valid JSON"),
    errors.JsonTooDeep: Problem(400, "json_too_deep", "The body nests too deep"),
    errors.InvalidBase64: Problem(400, "invalid_base64", "The image is not base64"),
    errors.UnknownModel: Problem(404, "unknown_model", "There is no such model"),
    errors.NotFound: Problem(404, "not_found", "Not found"),
    errors.MethodNotAllowed: Problem(405, "method_not_allowed", "Method not allowed"),
    errors.IdempotencyConflict: Problem(
        409, "idempotency_conflict", "The key was used with another body"
    ),
    errors.PayloadTooLarge: Problem(413, "payload_too_large", "The body is too large"),
    errors.UnsupportedMediaType: Problem(
        415, "unsupported_media_type", "The content type is not supported"
    ),
    errors.UnsupportedImage: Problem(
        415, "unsupported_image", "The image is of a kind that is not read"
    ),
    errors.InvalidField: Problem(422, "invalid_field", "A field is not valid"),
    errors.InvalidImage: Problem(422, "invalid_image", "The image is damaged"),
    errors.ImageTooLarge: Problem(422, "image_too_large", "The image is too large"),
    errors.AnimatedImage: Problem(422, "animated_image", "The image is animated"),
    errors.EmptyDrawing: Problem(422, "empty_drawing", "The drawing is empty"),
    errors.TooManyDigits: Problem(422, "too_many_digits", "The drawing holds too many digits"),
    errors.ConsentRequired: Problem(422, "consent_required", "Consent is missing"),
    errors.StorageUnavailable: Problem(503, "storage_unavailable", "The storage is unavailable"),
    errors.CandidateFailed: UNAVAILABLE,
}

# Each once.
ALL_PROBLEMS = tuple(
    dict.fromkeys((INTERNAL, RATE_LIMITED, UNAVAILABLE, REFUSED, *PROBLEMS.values()))
)


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error is to the caller; INTERNAL for what nobody expected."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), INTERNAL)


def problem_body(error: Exception, request_id: str) -> dict[str, str | int]:
    """Return the JSON object of a problem; an internal one tells nothing of the error."""
    problem = problem_of(error)
    body: dict[str, str | int] = {
        "type": f"urn:inkling:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": "" if problem is INTERNAL else str(error),
        "code": problem.code,
        "request_id": request_id,
    }
    if isinstance(error, errors.RequestFieldError) and error.pointer is not None:
        body["field"] = error.pointer
    return body


def problem_headers(error: Exception) -> dict[str, str | list[str]]:
    """Return the headers that belong to a problem."""
    headers: dict[str, str | list[str]] = {"Content-Type": PROBLEM_TYPE}
    if isinstance(error, errors.MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if problem_of(error).status in TO_BE_TRIED_AGAIN:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return headers
