"""The rows of the table of errors in the API's description, over each transport.

Those that one request meets by itself are in `bench.campaigns.bad_input.problem_table`. Here
are `idempotency_conflict`, which takes two, and what takes a broken store or model
(`storage_unavailable`, `internal_error`), in this process alone; `rate_limited` is API Gateway's
own, and `unavailable` a failing candidate's, too (tests/http/test_rollout.py).
"""

from pathlib import Path

import pytest

from bench.campaigns.bad_input.problem_table import MENDED, Row, problem_table
from bench.transports import Answer, Transport
from chalicelib import errors
from chalicelib.errors import InklingError
from chalicelib.http.problems import PROBLEMS
from chalicelib.limits import MAX_BODY_BYTES
from tests.http.bodies import JSON, body, feedback, strokes
from tests.http.shapes import assert_problem

NO_REQUEST = {
    errors.RequestFieldError,
    errors.UnknownVersion,  # of /v2 alone, whose errors have no code
    errors.InvalidSetting,
    errors.UnusableModel,
    errors.UnusableHead,
    errors.DamagedFeedback,
    errors.ClockLeapt,
    errors.HeadsFrozen,
    errors.HeadsChanged,
    errors.NoRollout,
    errors.NothingToRollBack,
    errors.RolloutsChanged,
}


def recognize(api: Transport, data: bytes) -> Answer:
    return api.request("POST", "/v1/recognize", data, JSON)


def test_every_error_that_a_request_can_meet_is_in_the_table() -> None:
    served = {kind for kind in _subclasses(InklingError) if kind.__module__ == errors.__name__}
    assert set(PROBLEMS) == served - NO_REQUEST
    assert len({problem.code for problem in PROBLEMS.values()}) == len(PROBLEMS)


def test_every_problem_that_one_request_meets_has_a_row() -> None:
    elsewhere = {"idempotency_conflict", "storage_unavailable", "unavailable"}
    codes = {problem.code for problem in PROBLEMS.values()}
    assert {row.code for row in problem_table()} == codes - elsewhere


def _subclasses(kind: type[InklingError]) -> list[type[InklingError]]:
    return [s for sub in kind.__subclasses__() for s in (sub, *_subclasses(sub))]


@pytest.mark.parametrize("row", list(problem_table()), ids=lambda row: row.case.name)
def test_a_request_meets_its_problem(
    api: Transport, row: Row, request: pytest.FixtureRequest
) -> None:
    case = row.case
    answer = api.request(case.method, case.path, case.body, case.headers)
    if "gateway event" in request.node.name and MENDED in case.expected:
        # A gateway hands bodies over as text, so the damage is a name that no model has.
        assert_problem(answer, 404, MENDED, "/model")
    else:
        assert_problem(answer, row.status, row.code, row.field)


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
def test_405_says_what_is_allowed(api: Transport, method: str, path: str, allowed: str) -> None:
    assert api.request(method, path).headers["allow"] == allowed


def test_409_idempotency_conflict(api: Transport) -> None:
    headers = JSON | {"Idempotency-Key": "the-same-key"}
    assert api.request("POST", "/v1/feedback", feedback(), headers).status in (200, 201)
    other = api.request("POST", "/v1/feedback", feedback(label="1"), headers)
    assert_problem(other, 409, "idempotency_conflict")


def test_a_body_of_the_largest_size_is_taken(api: Transport) -> None:
    assert recognize(api, body(strokes=strokes()).ljust(MAX_BODY_BYTES)).status == 200


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
