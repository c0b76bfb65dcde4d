"""What a page of another origin may do, over each transport."""

import pytest

from bench.transports import Transport
from tests.http.bodies import JSON, body, strokes
from tests.http.shapes import assert_common_headers

PATHS = [
    *("/v1/recognize", "/v1/feedback", "/v1/feedback/abc", "/v1/models/cnn", "/nowhere"),
    *("/v2", "/v2/models/cnn/infer", "/v2/models/cnn/versions/1/infer", "/v2/nowhere"),
]
ONE, OTHER = "https://inkling.example", "http://localhost:8080"


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_is_answered(api: Transport, path: str) -> None:
    headers = {
        "Origin": ONE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    answer = api.request("OPTIONS", path, headers=headers)
    assert (answer.status, answer.body) == (204, b"")
    assert_common_headers(answer)
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"Content-Type", "Idempotency-Key", "If-None-Match"} <= set(allowed)
    assert answer.headers["access-control-allow-methods"] == "GET, POST, DELETE"
    assert int(answer.headers["access-control-max-age"]) > 0


def test_scripts_may_read_what_they_need(api: Transport) -> None:
    exposed = api.request("GET", "/v1/models").headers["access-control-expose-headers"]
    assert set(exposed.split(", ")) == {"X-Request-Id", "ETag", "Retry-After"}


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_only_listed_origins_are_allowed(
    client: Transport, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("INKLING_ALLOWED_ORIGINS", f"{ONE}, {OTHER}")
    data = body(strokes=strokes())
    for origin in (ONE, OTHER):
        answer = client.request(method, "/v1/recognize", data, JSON | {"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["vary"] == "Origin"
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        answer = client.request(method, "/v1/recognize", data, JSON | headers)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"
