"""The log: one line a request, by which it can be found, and nothing of what was drawn."""

import json

import pytest
from awslambdaric.lambda_runtime_log_utils import JsonFormatter

from bench.transports import GatewayTransport, Transport
from tests.http.bodies import JSON, body, strokes

LOGGER = "chalicelib.http.endpoint"


def test_each_request_is_one_line_with_its_id(
    client: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    odd = [[[12345.25, 1], [67890.5, 60], [3, 99]]]
    answer = client.request("POST", "/v1/recognize", body(strokes=odd), JSON)
    (line,) = [r.getMessage() for r in caplog.records if r.name == LOGGER]
    assert f"request={answer.headers['x-request-id']} method=POST path=/v1/recognize" in line
    assert "status=200" in line
    assert "12345" not in caplog.text


def test_a_receipt_is_not_in_the_log(client: Transport, caplog: pytest.LogCaptureFixture) -> None:
    client.request("DELETE", "/v1/feedback/20260301-secret")
    assert "secret" not in caplog.text


def test_the_id_is_that_of_the_gateway_where_there_is_one(caplog: pytest.LogCaptureFixture) -> None:
    from app import app

    answer = GatewayTransport(app).request("POST", "/v1/recognize", body(strokes=strokes()), JSON)
    assert answer.headers["x-request-id"] == GatewayTransport.REQUEST_ID
    assert GatewayTransport.REQUEST_ID in caplog.text


def test_the_level_is_a_setting(
    client: Transport, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INKLING_LOG_LEVEL", "ERROR")
    client.request("GET", "/v1/health")
    assert not caplog.records


def test_in_lambda_each_request_is_one_json_object(
    client: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    """Through the formatter of AWS's own runtime, which LogFormat JSON turns on."""
    answer = client.request("DELETE", "/v1/feedback/20260301-secret")
    (record,) = [r for r in caplog.records if r.name == LOGGER]
    found = json.loads(JsonFormatter().format(record))
    assert found["request"] == answer.headers["x-request-id"]
    assert found["method"] == "DELETE"
    assert found["path"] == "/v1/feedback/{receipt}"
    assert found["status"] == 404
    assert found["duration_ms"] >= 0
    assert found["level"] == "INFO"
    assert "secret" not in json.dumps(found)
