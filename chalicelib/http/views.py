"""What each address does: a request is parsed, the parts are asked, an answer is made."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chalice.app import Request, Response

from chalicelib import __version__
from chalicelib.http.endpoint import json_response, read_body
from chalicelib.http.requests import FeedbackRequest, parse_feedback, parse_recognize
from chalicelib.http.responses import model_json, models_json, readings_json, version_json
from chalicelib.recognition.drawing import InkDrawing, StrokeDrawing
from chalicelib.recognition.normalise import NORMALISATION_VERSION, normalise
from chalicelib.recognition.png import decode_picture, encode_picture
from chalicelib.wiring import Services

if TYPE_CHECKING:  # a cold start imports what a recognition needs, and no more
    from chalicelib.learning.feedback import Receipt
    from chalicelib.learning.records import Submission

_ORIGIN = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]+)?")


def recognize(request: Request, services: Services) -> Response:
    """POST /v1/recognize."""
    query: Mapping[str, Sequence[str]] = {}
    if request.query_params is not None:
        query = {name: request.query_params.getlist(name) for name in request.query_params}
    asked = parse_recognize(request.headers.get("content-type"), read_body(request), query)
    readings = services.recognizer.recognize(
        asked.drawing, model=asked.model, candidates=asked.candidates, single=asked.single
    )
    return json_response(readings_json(readings, trace=asked.trace))


def submit_feedback(request: Request, services: Services) -> Response:
    """POST /v1/feedback."""
    recognizer = services.recognizer
    asked = parse_feedback(
        request.headers.get("content-type"),
        read_body(request),
        request.headers.get("idempotency-key"),
        recognizer.default().entry.labels,
    )
    answering = recognizer.default(asked.drawing)
    source = _host(request.headers.get("origin"))
    submission = _submission(asked, answering.name, answering.version, source)
    receipt = services.feedback.submit(submission)
    if receipt.created:
        services.metrics.write(_counts(asked))
    return _receipt(receipt)


def withdraw_feedback(request: Request, services: Services, receipt: str) -> Response:  # noqa: ARG001 - every view takes the request
    """DELETE /v1/feedback/{receipt}."""
    services.feedback.withdraw(receipt)
    return Response(body="", status_code=204)


def list_models(request: Request, services: Services) -> Response:
    """GET /v1/models."""
    recognizer = services.recognizer
    return _tagged(request, models_json(recognizer.lineup(), recognizer.registry.default))


def show_model(request: Request, services: Services, name: str) -> Response:
    """GET /v1/models/{name}."""
    recognizer = services.recognizer
    return _tagged(request, model_json(recognizer.variant(name), recognizer.registry.default))


def show_health(request: Request, services: Services) -> Response:  # noqa: ARG001 - every view takes the request
    """GET /v1/health: answers once a model is open and has made a prediction."""
    models = [version_json(variant) for variant in services.recognizer.variants().values()]
    return json_response(
        {
            "status": "ok",
            "version": __version__,
            "model": models[0],
            "models": models,
            "preprocessing": NORMALISATION_VERSION,
            "cold_start_ms": services.cold_start_ms,
        }
    )


def show_openapi(request: Request, services: Services) -> Response:  # noqa: ARG001 - every view takes the request
    """GET /v1/openapi.json."""
    from chalicelib.http.openapi import openapi_document

    return _tagged(request, openapi_document())


def _host(origin: str | None) -> str | None:
    """Return the host of the page that a browser names; None where it names none, or nonsense."""
    found = _ORIGIN.fullmatch(origin or "")
    return found["host"].lower() if found else None


def _submission(
    asked: FeedbackRequest, model: str, version: str, source: str | None
) -> "Submission":
    """Return what is stored; the picture of strokes is the one that the model sees of them."""
    from chalicelib.learning.records import Submission

    drawing, strokes = asked.drawing, None
    if isinstance(drawing, StrokeDrawing):
        picture_png = encode_picture(normalise(drawing))  # which refuses a drawing without ink
        strokes = [stroke.tolist() for stroke in drawing.strokes]
    else:
        picture_png = encode_picture(drawing.ink)
        normalise(InkDrawing(decode_picture(picture_png)))  # the faintest ink goes as it is stored
    return Submission(
        picture_png=picture_png,
        strokes=strokes,
        label=asked.label,
        predicted=asked.predicted,
        model=model,
        version=version,
        normalisation=NORMALISATION_VERSION,
        body_sha256=asked.body_sha256,
        idempotency_key=asked.idempotency_key,
        source=source,
    )


def _counts(asked: FeedbackRequest) -> dict[str, float]:
    """Return what is counted of feedback: that it came, and whether people and model agreed.

    The latter is of digits alone: of an answer that it is none, `predicted` holds the best digit.
    """
    if asked.predicted is None or asked.label is None:
        return {"Feedback": 1}
    return {"Feedback": 1, "FeedbackAgreed": float(asked.predicted["label"] == asked.label)}


def _receipt(receipt: "Receipt") -> Response:
    return json_response(
        {"id": receipt.id, "receipt": receipt.receipt}, status=201 if receipt.created else 200
    )


def _tagged(request: Request, value: object) -> Response:
    """Return an answer with a strong ETag, or 304 where the caller has it already."""
    response = json_response(value)
    tag = f'"{hashlib.sha256(response.body.encode()).hexdigest()[:32]}"'
    known = {
        t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")
    }
    if known & {tag, "*"}:
        response = Response(body="", status_code=304)
    response.headers |= {"ETag": tag, "Cache-Control": "no-cache"}
    return response
