"""What can be read: models, health, the OpenAPI document; and that ETags save sending it again."""

import hashlib
import json
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import ROUTES, app
from bench.transports import ServerTransport, Transport
from chalicelib import __version__
from chalicelib.http.endpoint import METHODS
from chalicelib.http.openapi import openapi_document
from tests.http.bodies import JSON, body, image, strokes
from tests.http.shapes import assert_common_headers, assert_problem, assert_schema
from tests.one_piece import come_in_one_piece
from tools.package.build import ROOT

MODELS = ROOT / "chalicelib" / "models"
TAGGED = ["/v1/models", "/v1/models/cnn", "/v1/openapi.json"]


def test_each_answer_of_the_local_server_comes_in_one_piece(server: ServerTransport) -> None:
    assert come_in_one_piece(server.port, "/v1/models")


def test_models_are_those_of_the_manifest(api: Transport) -> None:
    manifest = json.loads((MODELS / "manifest.json").read_text())
    answer = api.request("GET", "/v1/models")
    assert answer.status == 200
    assert_common_headers(answer)
    assert_schema(answer.json, "ModelList")
    assert answer.json["default"] == manifest["default"]
    found = {model["name"]: model for model in answer.json["models"]}
    assert [m["name"] for m in answer.json["models"] if m["default"]] == [manifest["default"]]
    for entry in manifest["models"]:
        shown = found.pop(entry["name"])
        kept = {name: shown[name] for name in shown.keys() & entry.keys()}
        assert kept == {name: entry[name] for name in kept}
        assert kept.keys() >= {"sha256", "labels", "weights", "size_bytes", "figures", "thresholds"}
        file = MODELS / entry["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == shown["sha256"]
    assert not found


def test_one_model_is_shown_as_in_the_list(api: Transport) -> None:
    for model in api.request("GET", "/v1/models").json["models"]:
        assert api.request("GET", f"/v1/models/{model['name']}").json == model


def test_a_name_may_be_percent_encoded(api: Transport) -> None:
    assert api.request("GET", "/v1/models/c%6En").json["name"] == "cnn"
    assert_problem(api.request("GET", "/v1/models/%E2%82%AC"), 404, "unknown_model", "/model")
    assert_problem(api.request("GET", "/v1/models/all"), 404, "unknown_model", "/model")


def test_health_says_which_version_can_predict(api: Transport) -> None:
    answer = api.request("GET", "/v1/health")
    assert answer.status == 200
    assert_common_headers(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert_schema(answer.json, "Health")
    assert answer.json["version"] == __version__
    assert answer.json["cold_start_ms"] > 0


def test_health_fails_where_the_model_is_damaged(
    client: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = json.loads((MODELS / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    for entry in manifest["models"]:
        data = bytearray((MODELS / entry["file"]).read_bytes())
        data[len(data) // 2] ^= 1
        (tmp_path / entry["file"]).write_bytes(data)
    monkeypatch.setenv("INKLING_MODELS", str(tmp_path))
    assert_problem(client.request("GET", "/v1/health"), 500, "internal_error")


@pytest.mark.parametrize("path", TAGGED)
def test_what_the_caller_has_is_not_sent_again(api: Transport, path: str) -> None:
    first = api.request("GET", path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "no-cache"
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = api.request("GET", path, headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert_common_headers(again)
    assert api.request("GET", path, headers={"If-None-Match": '"other"'}).body == first.body


@pytest.mark.parametrize("path", [*TAGGED, "/v1/health", "/v2", "/v2/models/cnn/ready"])
def test_head_is_get_without_the_body(api: Transport, path: str) -> None:
    answer = api.request("HEAD", path)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers.get("etag") == api.request("GET", path).headers.get("etag")


def test_the_document_is_valid_openapi(api: Transport) -> None:
    document = api.request("GET", "/v1/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    assert document == openapi_document()


def test_the_document_describes_exactly_the_routes() -> None:
    described = {
        path: {method.upper() for method in item}
        for path, item in openapi_document()["paths"].items()
    }
    assert described == {path: set(methods) for path, methods in ROUTES.items()}


def test_every_address_takes_every_method_from_the_gateway() -> None:
    """What is refused is refused in the API's own shape, never by what stands before it."""
    assert ROUTES.keys() <= app.routes.keys()
    for methods in app.routes.values():
        assert methods.keys() == set(METHODS)
        assert all(entry.content_types == ["*/*"] for entry in methods.values())


def test_the_request_of_the_document_is_the_request_that_is_taken(client: Transport) -> None:
    for fields in ({"strokes": strokes()}, {"strokes": [[[1, 2, 3]]], "candidates": 10}):
        assert_schema(fields, "RecognizeRequest")
        assert client.request("POST", "/v1/recognize", body(fields), JSON).status == 200


@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/webp"])
def test_the_types_of_the_document_are_taken(client: Transport, content_type: str) -> None:
    operation = openapi_document()["paths"]["/v1/recognize"]["post"]
    assert content_type in operation["requestBody"]["content"]
    headers = {"Content-Type": content_type}
    assert client.request("POST", "/v1/recognize", image(), headers).status == 200
