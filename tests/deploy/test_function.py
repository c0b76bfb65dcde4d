"""The built zip answers under AWS's own runtime client, with nothing but what Lambda has."""

import base64
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from PIL import Image

from bench.candidates import MODEL, answering, copy_with_candidate
from bench.emulator.runtime_api import Outcome
from bench.emulator.worker import Function, Worker
from bench.events import feedback_event, image_event, painted, proxy_event, strokes_event
from bench.faulty_proxy import FaultyProxy
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from tests.stores.places import ENVIRONMENT, bucket, s3

__all__ = ["bucket", "s3"]
MOST_ASKED = 100


@pytest.fixture(scope="session")
def worker(function: Function) -> Iterator[Worker]:
    """Return one warm worker."""
    with Worker(function) as running:
        yield running


def answer(worker: Worker, event: bytes) -> tuple[int, Any]:
    """Return status and JSON body of a worker's answer."""
    invoked = worker.invoke(event)
    assert invoked.outcome is Outcome.RESPONSE, invoked.body
    response = json.loads(invoked.body)
    body = response["body"]
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return response["statusCode"], json.loads(body) if body else None


def test_strokes_are_read(worker: Worker) -> None:
    status, reading = answer(worker, strokes_event())
    assert (status, reading["text"]) == (200, "7")


def test_an_image_as_the_body_is_read(worker: Worker) -> None:
    status, reading = answer(worker, image_event())
    assert (status, reading["text"]) == (200, "7")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_what_decodes_the_other_kinds_is_packed(worker: Worker, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "seven"
    exif = Image.Exif()
    exif[0x0112] = 1  # read by the part of Pillow that reads TIFF
    painted().convert("RGB").save(path, kind, exif=exif)
    event = proxy_event("POST", "/v1/recognize", path.read_bytes(), f"image/{kind.lower()}")
    status, reading = answer(worker, event)
    assert (status, reading["text"]) == (200, "7")


def test_every_model_reads(worker: Worker) -> None:
    fields = {"strokes": [[[10, 10], [60, 10], [30, 90]]], "model": "all"}
    status, reading = answer(
        worker, proxy_event("POST", "/v1/recognize", json.dumps(fields).encode())
    )
    assert status == 200
    assert len(reading["models"]) == 2


@pytest.mark.parametrize("route", ["/v1/models", "/v1/health", "/v1/openapi.json"])
def test_what_can_be_looked_up(worker: Worker, route: str) -> None:
    status, body = answer(worker, proxy_event("GET", route))
    assert (status, bool(body)) == (200, True)


def test_an_error_keeps_its_shape(worker: Worker) -> None:
    status, problem = answer(worker, proxy_event("POST", "/v1/recognize", b"[" * 100))
    assert (status, problem["code"]) == (400, "json_too_deep")
    assert problem["request_id"] == "direct"


def test_feedback_is_kept_and_taken_back(worker: Worker, variables: dict[str, str]) -> None:
    status, given = answer(worker, feedback_event("7"))
    assert status == 201
    kept = [p for p in Path(variables["INKLING_FEEDBACK"]).rglob("*") if p.is_file()]
    assert kept
    receipt = given["receipt"]
    status, _ = answer(worker, proxy_event("DELETE", "/v1/feedback/{receipt}", receipt=receipt))
    assert status == 204


def test_feedback_reaches_s3_through_the_runtimes_boto3(
    function: Function, s3_server: str, s3_client: BaseClient
) -> None:
    s3_client.create_bucket(Bucket="inkling-packaged")
    variables = {
        **function.variables,
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL_S3": s3_server,
        "INKLING_FEEDBACK": "s3://inkling-packaged/feedback",
    }
    on_s3 = Function(function.code, function.runtime, variables=variables, timeout_s=60)
    with Worker(on_s3) as worker:
        status, _ = answer(worker, feedback_event("7"))
    assert status == 201
    assert s3_client.list_objects_v2(Bucket="inkling-packaged")["KeyCount"] > 0


def test_a_candidate_is_counted_in_the_shadow_and_answers_once_promoted(
    function: Function, s3: FaultyProxy, bucket: str, tmp_path: Path
) -> None:
    """Its rollout is read from S3 without boto3, and the counts are lines for CloudWatch."""
    registry = copy_with_candidate(tmp_path / "models", answering(4))
    versions = registry.entry(MODEL).version, registry.candidates[MODEL].version
    book = RolloutBook(open_store(f"s3://{bucket}"))
    book.start(Rollout(MODEL, *versions, 0.0), "ann", "a try")
    variables = {
        **function.variables,
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL_S3": s3.url,
        "INKLING_FEEDBACK": f"s3://{bucket}",
        "INKLING_MODELS": str(tmp_path / "models"),
    }
    tried = replace(function, variables=variables)
    said = tmp_path / "said"
    with said.open("wb") as output, Worker(tried, output=output.fileno()) as worker:
        for _ in range(MOST_ASKED):  # on a busy machine the rollout comes after the first answers
            assert answer(worker, strokes_event())[1]["text"] == "7"
            if b'"CandidateCompared": 1' in said.read_bytes():
                break
        assert b'"CandidateLabelDiffers": 1.0' in said.read_bytes()
    book.promote(Rollout(MODEL, *versions, 1.0), book.read()[1], "ann", "better", {})
    with Worker(tried) as worker:
        found = {answer(worker, strokes_event())[1]["text"] for _ in range(MOST_ASKED)}
    assert "4" in found


def test_nothing_is_written_beside_the_code(package: Path, code: Path, worker: Worker) -> None:
    answer(worker, image_event())
    with zipfile.ZipFile(package / "deployment.zip") as packed:
        names = set(packed.namelist())
    assert {p.relative_to(code).as_posix() for p in code.rglob("*") if p.is_file()} == names


def test_a_setting_that_cannot_be_stops_the_start(function: Function) -> None:
    variables = {**function.variables, "INKLING_LOG_LEVEL": "LOUD"}
    with Worker(Function(function.code, function.runtime, variables=variables)) as worker:
        invoked = worker.invoke(strokes_event())
    assert invoked.outcome is Outcome.INIT_ERROR
    assert b"INKLING_LOG_LEVEL" in invoked.body


def test_the_process_sees_neither_this_environment_nor_its_libraries(function: Function) -> None:
    """Else the tests above would prove nothing of what the package brings."""
    os.environ["INKLING_TEST_LEAK"] = "1"
    try:
        with Worker(function) as worker:
            worker.invoke(strokes_event())
            environment = Path(f"/proc/{worker.process.pid}/environ").read_bytes()
            maps = Path(f"/proc/{worker.process.pid}/maps").read_text()
    finally:
        del os.environ["INKLING_TEST_LEAK"]
    assert b"INKLING_TEST_LEAK" not in environment
    assert b"PYTHONPATH" not in environment
    native = [line for line in maps.splitlines() if "site-packages" in line and ".so" in line]
    assert all("runtime_client" in line or "simplejson" in line for line in native), native
