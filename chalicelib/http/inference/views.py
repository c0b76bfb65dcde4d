"""What each address of the protocol does. What they need is imported by who is asked."""

from chalice.app import Request, Response

from chalicelib import __version__
from chalicelib.http.endpoint import json_response, read_body
from chalicelib.wiring import Services

SERVER = "inkling"


def show_live(request: Request, services: Services) -> Response:  # noqa: ARG001 - every view takes both
    """GET /v2/health/live: answers whatever the models are."""
    return json_response({"live": True})


def show_ready(request: Request, services: Services) -> Response:  # noqa: ARG001 - every view takes the request
    """GET /v2/health/ready: answers once every model is open.

    What the protocol calls live here too, its other servers and its clients call ready.
    """
    registry = services.recognizer.registry
    for name in registry.names:
        registry.model(name)
    return json_response({"live": True, "ready": True})


def show_server(request: Request, services: Services) -> Response:  # noqa: ARG001 - every view takes both
    """GET /v2."""
    return json_response({"name": SERVER, "version": __version__, "extensions": []})


def show_model(
    request: Request,  # noqa: ARG001 - every view takes the request
    services: Services,
    name: str,
    version: str | None = None,
) -> Response:
    """GET /v2/models/{name}, also with /versions/{version}."""
    from chalicelib.http.inference.answer import metadata_json

    lineup = services.recognizer.lineup()
    versions = tuple(lineup.versions(name))
    return json_response(metadata_json(name, versions, lineup.version(name, version)))


def show_model_ready(
    request: Request,  # noqa: ARG001 - every view takes the request
    services: Services,
    name: str,
    version: str | None = None,
) -> Response:
    """GET /v2/models/{name}/ready, also with /versions/{version}: answers once it is open."""
    recognizer = services.recognizer
    recognizer.registry.network(recognizer.lineup().version(name, version).entry)
    return json_response({"name": name, "ready": True})


def infer(request: Request, services: Services, name: str, version: str | None = None) -> Response:
    """POST /v2/models/{name}/infer, also with /versions/{version}."""
    from chalicelib.http.inference.answer import inference_json
    from chalicelib.http.inference.request import parse_infer

    recognizer = services.recognizer
    recognizer.lineup().version(name, version)  # what is not there is said before the body is read
    asked = parse_infer(request.headers, read_body(request), name)
    variant, probabilities = recognizer.infer(asked.pictures, name, version)
    return json_response(inference_json(name, variant, asked, probabilities))
