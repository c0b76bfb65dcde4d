"""What the Open Inference Protocol's addresses refuse, in its shape, over each transport."""

from pathlib import Path

import pytest

from bench.campaigns.bad_input.tensor_cases import (
    INFER,
    SOUND,
    WRONG_METHODS,
    TensorRow,
    tensor_table,
)
from bench.transports import Answer, Transport
from tests.http.bodies import JSON, body
from tests.http.shapes import assert_common_headers, assert_schema


def assert_refused(answer: Answer, status: int, text: str) -> None:
    """Check that an answer is this refusal, in the protocol's shape."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert_common_headers(answer)
    assert_schema(answer.json, "InferenceError")
    assert text in answer.json["error"]


@pytest.mark.parametrize("row", list(tensor_table()), ids=lambda row: row.case.name)
def test_a_request_is_refused(api: Transport, row: TensorRow) -> None:
    case = row.case
    answer = api.request(case.method, case.path, case.body, case.headers)
    assert_refused(answer, row.status, row.text)


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_405_says_what_is_allowed(api: Transport, method: str, path: str) -> None:
    allowed = "POST, OPTIONS" if path == INFER else "GET, OPTIONS"
    assert api.request(method, path).headers["allow"] == allowed


def test_an_internal_error_tells_nothing_and_is_logged(
    client: Transport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("INKLING_MODELS", str(tmp_path / "nothing-here"))
    for method, path, data in (
        ("GET", "/v2/health/ready", b""),
        ("GET", "/v2/models/cnn/ready", b""),
        ("POST", INFER, body(SOUND)),
    ):
        answer = client.request(method, path, data, JSON)
        assert_refused(answer, 500, "Something went wrong on our side")
        assert "nothing-here" not in answer.json["error"]
        assert answer.headers["x-request-id"] in caplog.text
    assert caplog.text.count("nothing-here") >= 3
    assert client.request("GET", "/v2/health/live").status == 200
