"""What an error is to a client of the Open Inference Protocol: a status, and a text as `error`."""

from chalice.app import Response

from chalicelib.errors import InvalidField
from chalicelib.http.endpoint import json_response
from chalicelib.http.problems import INTERNAL, problem_headers, problem_of

BAD_REQUEST = 400
UNPROCESSABLE = 422  # what /v1 answers to a sound body that asks for what cannot be


def refuse(error: Exception) -> Response:
    """Return the answer to an error; an internal one tells nothing of it."""
    status = problem_of(error).status
    text = INTERNAL.title if problem_of(error) is INTERNAL else _text(error)
    response = json_response(
        {"error": text}, status=BAD_REQUEST if status == UNPROCESSABLE else status
    )
    response.headers = problem_headers(error) | response.headers
    return response


def _text(error: Exception) -> str:
    """Return what went wrong, with the place in the body (RFC 6901) where one is at fault."""
    pointer = error.pointer if isinstance(error, InvalidField) else None
    return f"{pointer}: {error}" if pointer else str(error)
