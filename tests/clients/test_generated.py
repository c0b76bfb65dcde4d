"""Well-kept generators make clients from the OpenAPI document that type-check, and that work.

What uses them is in python/ and typescript/, as a caller would write it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.local_server import HOST
from bench.transports import ServerTransport
from chalicelib.http.openapi import openapi_document
from tests.clients.generators import IS_THERE, MISSING, CommandFailed, Generated, Python, TypeScript
from tools.package.build import ROOT

pytestmark = pytest.mark.skipif(not IS_THERE, reason=MISSING)

IMAGE = ROOT / "docs" / "pictures" / "seven.png"
# TypeScript's generator knows one type of body for an operation: JSON.
WITH_FILE = {Python: {"file": "7"}, TypeScript: {}}


@pytest.fixture(scope="module", params=[Python, TypeScript])
def generated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generated:
    """Return the client that each generator makes of the document."""
    kind: type[Generated] = request.param
    return kind(tmp_path_factory.mktemp(kind.__name__), openapi_document())


def expected(server: ServerTransport) -> dict[str, Any]:
    """Return what a client must find, told by the API without one."""
    listed = server.request("GET", "/v1/models").json
    names = [model["name"] for model in listed["models"]]
    default = next(model for model in listed["models"] if model["default"])
    return {
        "read": {
            "strokes": "7",
            "status": "recognized",
            "guesses": ["7", "1"],
            "width": 50,
            "base64": "7",
            "models": names,
            "seen": "data:image/png;base64,",
            "rows": "1",
            "flat": "1",
        },
        "feedback": {
            "statuses": [201, 200],
            "same receipt": True,
            "another body": "409 idempotency_conflict",
            "withdrawn again": "404 not_found",
        },
        "problems": {
            "empty": "422 empty_drawing",
            "candidates": "422 invalid_field",
            "field": "/candidates",
            "model": "404 unknown_model",
        },
        "look": {
            "default": listed["default"],
            "labels": default["labels"],
            "head": None,
            "measured": sorted(default["figures"]),
            "known": 304,
            "health": "ok",
        },
    }


def test_client_and_what_uses_it_have_sound_types(generated: Generated) -> None:
    generated.check()


def test_the_client_works(generated: Generated, server: ServerTransport) -> None:
    found = generated.use(f"http://{HOST}:{server.port}", IMAGE)
    wanted = expected(server)
    wanted["read"] |= WITH_FILE[type(generated)]
    assert found == wanted


@pytest.mark.parametrize("kind", [Python, TypeScript])
def test_a_document_that_names_a_field_otherwise_is_noticed(
    kind: type[Generated], tmp_path: Path
) -> None:
    document = json.loads(json.dumps(openapi_document()))
    answer = document["components"]["schemas"]["RecognizeAnswer"]
    answer["properties"]["words"] = answer["properties"].pop("text")
    answer["required"][0] = "words"
    with pytest.raises(CommandFailed, match=r"use_client.*text"):
        kind(tmp_path / "client", document).check()


def test_a_client_that_sends_options_unasked_is_noticed(
    server: ServerTransport, tmp_path: Path
) -> None:
    """As Python's did while the document named defaults of query parameters."""
    document = json.loads(json.dumps(openapi_document()))
    parameters = document["paths"]["/v1/recognize"]["post"]["parameters"]
    next(each for each in parameters if each["name"] == "candidates")["schema"]["default"] = 3
    client = Python(tmp_path / "client", document)
    with pytest.raises(CommandFailed, match="Options stand in the JSON body"):
        client.use(f"http://{HOST}:{server.port}", IMAGE)
