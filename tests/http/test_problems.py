"""The rows of the table of errors in the API's description, one test each, over each transport.

Two are elsewhere: `rate_limited` is API Gateway's own, and what takes a broken store or model to
show (`storage_unavailable`, `internal_error`) is shown in this process alone.
"""

from pathlib import Path

import pytest

from bench.transports import Answer, Transport
from chalicelib import errors
from chalicelib.errors import InklingError
from chalicelib.http.problems import PROBLEMS
from chalicelib.limits import MAX_BODY_BYTES, MAX_DIGITS
from tests.http.bodies import JSON, animation, base64_of, body, bomb, feedback, image, strokes
from tests.http.shapes import assert_problem

PNG = {"Content-Type": "image/png"}
NO_REQUEST = {
    errors.RequestFieldError,
    errors.InvalidSetting,
    errors.UnusableModel,
    errors.UnusableHead,
    errors.DamagedFeedback,
    errors.HeadsFrozen,
    errors.HeadsChanged,
    errors.NothingToRollBack,
}


def recognize(api: Transport, data: bytes) -> Answer:
    return api.request("POST", "/v1/recognize", data, JSON)


def test_every_error_that_a_request_can_meet_is_in_the_table() -> None:
    served = {kind for kind in _subclasses(InklingError) if kind.__module__ == errors.__name__}
    assert set(PROBLEMS) == served - NO_REQUEST
    assert len({problem.code for problem in PROBLEMS.values()}) == len(PROBLEMS)


def _subclasses(kind: type[InklingError]) -> list[type[InklingError]]:
    return [s for sub in kind.__subclasses__() for s in (sub, *_subclasses(sub))]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"strokes": [[[1, 2]]]',
        b'{"strokes": [[[1, 2]]],}',
        b'{"strokes": [[[NaN, 2]]]}',
        b'{"strokes": [[[Infinity, 2]]]}',
        b'{"strokes": [[[-Infinity, 2]]]}',
        b'{"strokes": [[[1, 2]]], "strokes": [[[1, 2]]]}',
        b'{"model": "\xff", "strokes": [[[1, 2]]]}',
        b'\xef\xbb\xbf{"strokes": [[[1, 2]]]}',
        b'{"model": "\\ud800", "strokes": [[[1, 2]]]}',
    ],
    ids=[
        "empty",
        "cut off",
        "trailing comma",
        "NaN",
        "Infinity",
        "-Infinity",
        "duplicate name",
        "not UTF-8",
        "byte order mark",
        "lone surrogate",
    ],
)
def test_400_invalid_json(api: Transport, data: bytes, request: pytest.FixtureRequest) -> None:
    answer = recognize(api, data)
    if "gateway event-not UTF-8" in request.node.name:
        # A gateway hands bodies over as text, so the damage is a name that no model has.
        assert_problem(answer, 404, "unknown_model", "/model")
    else:
        assert_problem(answer, 400, "invalid_json")


@pytest.mark.parametrize("deep", [b"[" * 17, b"[" * 100_000, b'{"a":' * 50_000])
def test_400_json_too_deep(api: Transport, deep: bytes) -> None:
    assert_problem(recognize(api, deep), 400, "json_too_deep")


@pytest.mark.parametrize("text", ["%%%%", "iVBORw0", "iVBO Rw0K", "data:image/png,abcd", "é"])
def test_400_invalid_base64(api: Transport, text: str) -> None:
    assert_problem(recognize(api, body(image=text)), 400, "invalid_base64", "/image")


def test_404_unknown_model(api: Transport) -> None:
    answer = recognize(api, body(strokes=strokes(), model="oracle"))
    assert_problem(answer, 404, "unknown_model", "/model")
    assert_problem(api.request("GET", "/v1/models/oracle"), 404, "unknown_model", "/model")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/recognize", "/v1/models/cnn/weights", "/a/b/c/d"]
)
def test_404_not_found(api: Transport, method: str, path: str) -> None:
    assert_problem(api.request(method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/recognize", "POST, OPTIONS"),
        ("PUT", "/v1/feedback", "POST, OPTIONS"),
        ("GET", "/v1/feedback/abc", "DELETE, OPTIONS"),
        ("POST", "/v1/models", "GET, OPTIONS"),
        ("PATCH", "/v1/health", "GET, OPTIONS"),
        ("DELETE", "/v1/openapi.json", "GET, OPTIONS"),
    ],
)
def test_405_method_not_allowed(api: Transport, method: str, path: str, allowed: str) -> None:
    answer = api.request(method, path)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_409_idempotency_conflict(api: Transport) -> None:
    headers = JSON | {"Idempotency-Key": "the-same-key"}
    assert api.request("POST", "/v1/feedback", feedback(), headers).status in (200, 201)
    other = api.request("POST", "/v1/feedback", feedback(label="1"), headers)
    assert_problem(other, 409, "idempotency_conflict")


def test_413_payload_too_large(api: Transport) -> None:
    """The body's size is judged before its content."""
    largest = body(strokes=strokes()).ljust(MAX_BODY_BYTES)
    assert recognize(api, largest).status == 200
    assert_problem(recognize(api, largest + b" "), 413, "payload_too_large")
    large_image = api.request("POST", "/v1/recognize", b"\0" * (MAX_BODY_BYTES + 1), PNG)
    assert_problem(large_image, 413, "payload_too_large")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": ""}, {"Content-Type": "text/plain"}, {"Content-Type": "image/gif"}],
    ids=["missing", "blank", "text", "other image"],
)
def test_415_unsupported_media_type(api: Transport, headers: dict[str, str]) -> None:
    answer = api.request("POST", "/v1/recognize", body(strokes=strokes()), headers)
    assert_problem(answer, 415, "unsupported_media_type")


def test_415_unsupported_media_type_for_feedback_that_is_an_image(api: Transport) -> None:
    answer = api.request("POST", "/v1/feedback", image(), PNG)
    assert_problem(answer, 415, "unsupported_media_type")


def test_415_unsupported_image(api: Transport) -> None:
    """What an image is, its bytes say, not its name."""
    gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    answer = recognize(api, body(image=f"data:image/png;base64,{base64_of(gif)}"))
    assert_problem(answer, 415, "unsupported_image")
    assert_problem(api.request("POST", "/v1/recognize", gif, PNG), 415, "unsupported_image")


def test_422_invalid_field(api: Transport) -> None:
    """test_requests.py goes through the fields; this is the answer that they all get."""
    answer = recognize(api, body(strokes=strokes(), candidates="3"))
    assert_problem(answer, 422, "invalid_field", "/candidates")


def test_422_invalid_image(api: Transport) -> None:
    half = image()[:400]
    assert_problem(recognize(api, body(image=base64_of(half))), 422, "invalid_image")
    assert_problem(api.request("POST", "/v1/recognize", half, PNG), 422, "invalid_image")


@pytest.mark.parametrize("size", [(4097, 8), (8, 4097), (2001, 2000), (60_000, 60_000)])
def test_422_image_too_large(api: Transport, size: tuple[int, int]) -> None:
    answer = recognize(api, body(image=base64_of(bomb(*size))))
    assert_problem(answer, 422, "image_too_large")


def test_422_animated_image(api: Transport) -> None:
    answer = recognize(api, body(image=base64_of(animation())))
    assert_problem(answer, 422, "animated_image")


@pytest.mark.parametrize(
    "fields",
    [{"strokes": []}, {"strokes": [[], []]}, {"pixels": [[0] * 28] * 28}, {"pixels": [0] * 784}],
    ids=["no stroke", "strokes without a point", "rows without ink", "flat without ink"],
)
def test_422_empty_drawing(api: Transport, fields: dict[str, object]) -> None:
    assert_problem(recognize(api, body(fields)), 422, "empty_drawing")
    consented = body(fields, label="7", consent=True)
    answer = api.request("POST", "/v1/feedback", consented, JSON)
    assert_problem(answer, 422, "empty_drawing")


def test_422_too_many_digits(api: Transport) -> None:
    ones = [[[100 * i, 0], [100 * i, 80]] for i in range(MAX_DIGITS + 1)]
    assert_problem(recognize(api, body(strokes=ones)), 422, "too_many_digits")


@pytest.mark.parametrize("consent", [{}, {"consent": False}, {"consent": 1}, {"consent": "true"}])
def test_422_consent_required(api: Transport, consent: dict[str, object]) -> None:
    fields = body({"strokes": strokes(), "label": "7"} | consent)
    answer = api.request("POST", "/v1/feedback", fields, JSON)
    assert_problem(answer, 422, "consent_required", "/consent")


def test_500_internal_error_tells_nothing_and_is_logged(
    client: Transport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("INKLING_MODELS", str(tmp_path / "nothing-here"))
    answer = recognize(client, body(strokes=strokes()))
    assert_problem(answer, 500, "internal_error")
    assert answer.json["detail"] == ""
    assert b"nothing-here" not in answer.body
    (record,) = [r for r in caplog.records if r.levelname == "ERROR"]
    assert answer.headers["x-request-id"] in record.getMessage()
    assert "nothing-here" in caplog.text


def test_503_storage_unavailable(
    client: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "file" / "feedback"))
    answer = client.request("POST", "/v1/feedback", feedback(), JSON)
    assert_problem(answer, 503, "storage_unavailable")
    assert int(answer.headers["retry-after"]) > 0
