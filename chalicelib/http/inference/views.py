"""What each address of the protocol does. What they need is imported by who is asked."""

from typing import TYPE_CHECKING

from chalice.app import Request, Response

from chalicelib import __version__
from chalicelib.errors import UnknownVersion
from chalicelib.http.endpoint import json_response, read_body
from chalicelib.wiring import Services

if TYPE_CHECKING:
    from chalicelib.recognition.heads import Variant

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

    versions = _versions(services, name)
    return json_response(metadata_json(name, tuple(versions), _asked(versions, name, version)))


def show_model_ready(
    request: Request,  # noqa: ARG001 - every view takes the request
    services: Services,
    name: str,
    version: str | None = None,
) -> Response:
    """GET /v2/models/{name}/ready, also with /versions/{version}: answers once it is open."""
    variant = _asked(_versions(services, name), name, version)
    services.recognizer.registry.network(variant.entry)
    return json_response({"name": name, "ready": True})


def infer(request: Request, services: Services, name: str, version: str | None = None) -> Response:
    """POST /v2/models/{name}/infer, also with /versions/{version}."""
    from chalicelib.http.inference.answer import inference_json
    from chalicelib.http.inference.request import parse_infer

    variant = _asked(_versions(services, name), name, version)
    asked = parse_infer(request.headers, read_body(request))
    probabilities = services.recognizer.run(variant, asked.pictures)
    return json_response(inference_json(name, variant, asked, probabilities))


def _versions(services: Services, name: str) -> "dict[str, Variant]":
    return services.recognizer.lineup().versions(name)


def _asked(versions: "dict[str, Variant]", name: str, version: str | None) -> "Variant":
    """Return the one of that version; the model's choice where none is asked for."""
    if version is None:
        return next(iter(versions.values()))
    try:
        return versions[version]
    except KeyError:
        raise UnknownVersion(name, version, tuple(versions)) from None
