"""The OpenAPI document is one that generators make good clients from.

That they do is proved in tests/clients; here is what it takes, without any of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import pytest
from openapi_schema_validator import OAS31Validator

from bench.transports import Transport
from chalicelib.http.openapi import openapi_document
from chalicelib.http.problems import PROBLEM_TYPE, TO_BE_TRIED_AGAIN
from tests.http.bodies import JSON, body
from tests.http.shapes import assert_schema

DOCUMENT = openapi_document()
OPERATIONS = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
NAMES = [operation["operationId"] for operation in OPERATIONS]
REQUESTS = {"/v1/recognize": "RecognizeRequest", "/v1/feedback": "FeedbackRequest"}
EXAMPLES = [
    pytest.param(path, example["value"], id=f"{path} {name}")
    for path, item in DOCUMENT["paths"].items()
    if "post" in item
    for name, example in item["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ].items()
]


def schemas_in(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every schema below a value; only schemas have these members."""
    if isinstance(value, dict):
        if {"properties", "oneOf", "items"} & value.keys():
            yield value
        for member in value.values():
            yield from schemas_in(member)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_operation_has_a_tag_that_is_described_and_a_summary(operation: dict[str, Any]) -> None:
    (tag,) = operation["tags"]
    assert tag in {described["name"] for described in DOCUMENT["tags"]}
    assert operation["summary"]


def test_operations_have_names_of_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_every_status_has_its_model_and_headers(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        headers = answer["headers"]
        assert headers["X-Request-Id"] == {"$ref": "#/components/headers/RequestId"}
        assert ("Retry-After" in headers) == (int(status) in TO_BE_TRIED_AGAIN)
        content = answer.get("content", {})
        assert all(of["schema"].keys() == {"$ref"} for of in content.values())
        assert bool(content) == (status not in ("204", "304"))
        if "inference" not in operation["tags"]:  # whose errors are those of the protocol
            assert (PROBLEM_TYPE in content) == (int(status) >= 400)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_no_query_parameter_has_a_default(operation: dict[str, Any]) -> None:
    """Clients would send it with JSON, whose options stand in the body."""
    for parameter in operation.get("parameters", []):
        assert parameter.get("in") != "query" or "default" not in parameter["schema"]


def test_every_object_has_a_name() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    named = [id(schema) for schema in schemas.values()]
    nameless = [s for s in schemas_in(DOCUMENT) if "properties" in s and id(s) not in named]
    assert nameless == []


def test_no_array_is_taken_for_a_tuple() -> None:
    for schema in schemas_in(DOCUMENT):
        assert "prefixItems" not in schema
        assert "minItems" not in schema or schema["minItems"] != schema.get("maxItems")


@pytest.mark.parametrize("before", ["", "/api", "/a/stage"])
def test_the_server_is_where_the_document_lies(before: str) -> None:
    (server,) = DOCUMENT["servers"]
    found = urljoin(f"https://ink.example{before}/v1/openapi.json", server["url"])
    assert found.rstrip("/") == f"https://ink.example{before}"


@pytest.mark.parametrize(("path", "value"), EXAMPLES)
def test_an_example_is_answered_with_a_success(
    api: Transport, path: str, value: dict[str, Any]
) -> None:
    assert_schema(value, REQUESTS.get(path, "InferenceRequest"))
    model = api.request("GET", "/v1/models").json["models"][0]
    address = path.format(name=model["name"], version=model["version"])
    answer = api.request("POST", address, body(value), JSON)
    assert answer.status in (200, 201)
    if path == "/v1/recognize":
        assert answer.json["text"] == "7"
    if path.startswith("/v2"):
        assert answer.json["outputs"][0]["data"] == ["7"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"strokes": [[[1, 2]]], "pixels": [[0] * 8] * 8},
        {"strokes": [[[1, 2]]], "label": "7"},
        {"strokes": [[[1]]]},
        {"strokes": [[[1, "2"]]]},
        {"pixels": [[0] * 7] * 8},
        {"pixels": [0] * 783},
        {"image": None},
        {"strokes": [[[1, 2]]], "candidates": 11},
    ],
)
def test_what_is_refused_is_no_request_of_the_document_either(
    client: Transport, fields: dict[str, Any]
) -> None:
    schema = {
        "$ref": "#/components/schemas/RecognizeRequest",
        "components": DOCUMENT["components"],
    }
    assert not OAS31Validator(schema).is_valid(fields)
    assert client.request("POST", "/v1/recognize", body(fields), JSON).status == 422
