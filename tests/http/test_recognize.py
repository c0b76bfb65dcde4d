"""POST /v1/recognize: every way to send a drawing gives its digit, in the promised shape."""

import io
import json
import subprocess
import sys
from base64 import b64decode
from typing import Any

import pytest
from PIL import Image

from bench.transports import Answer, Transport
from tests.http.bodies import JSON, base64_of, body, image, pixels, strokes
from tests.http.shapes import assert_common_headers, assert_schema
from tests.unit.digits import DIGITS
from tools.package.build import ROOT


def recognize(api: Transport, **fields: Any) -> Any:
    return reading(api.request("POST", "/v1/recognize", body(fields), JSON))


def reading(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    assert_common_headers(answer)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert_schema(answer.json, "RecognizeAnswer")
    return answer.json


@pytest.mark.parametrize("digit", DIGITS)
def test_strokes_are_read(api: Transport, digit: str) -> None:
    found = recognize(api, strokes=strokes(digit))
    (read,) = found["digits"]
    assert read["label"] == digit
    assert found["text"] == (digit if read["status"] == "recognized" else "?")


@pytest.mark.parametrize("digit", DIGITS)
def test_pixels_are_read(api: Transport, digit: str) -> None:
    assert recognize(api, pixels=pixels(digit))["digits"][0]["label"] == digit


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_images_are_read_in_base64_and_as_a_body(api: Transport, kind: str) -> None:
    file = image("3", kind)
    in_json = recognize(api, image=base64_of(file))
    assert in_json["digits"][0]["label"] == "3"
    assert recognize(api, image=f"data:image/png;base64,{base64_of(file)}") == in_json
    headers = {"Content-Type": f"image/{kind.lower()}"}
    assert reading(api.request("POST", "/v1/recognize", file, headers)) == in_json


def test_an_image_under_a_wrong_name_is_read(api: Transport) -> None:
    headers = {"content-type": "image/jpeg"}
    found = reading(api.request("POST", "/v1/recognize", image("7", "WEBP"), headers))
    assert found["digits"][0]["label"] == "7"


def test_an_image_takes_its_options_from_the_query(api: Transport) -> None:
    path = "/v1/recognize?candidates=2&trace=true&single=true&model=all"
    found = reading(api.request("POST", path, image(), {"Content-Type": "image/png"}))
    assert len(found["digits"][0]["candidates"]) == 2
    assert "seen" in found["digits"][0]
    assert len(found["models"]) > 1


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", "Application/JSON", "application/json "]
)
def test_json_may_be_announced_with_parameters_and_in_any_case(
    api: Transport, content_type: str
) -> None:
    headers = {"content-type": content_type}
    answer = api.request("POST", "/v1/recognize", body(strokes=strokes()), headers)
    assert reading(answer)["text"] == "7"


def test_the_box_is_in_the_callers_units(api: Transport) -> None:
    moved = [[[10 * x - 500, 10 * y + 3] for x, y in stroke] for stroke in strokes()]
    found = recognize(api, strokes=moved)["digits"][0]["box"]
    assert found == {"x": -500, "y": 3, "width": 600, "height": 1000}


@pytest.mark.parametrize("count", [1, 3, 10])
def test_candidates_are_as_many_as_asked_for_the_best_first(api: Transport, count: int) -> None:
    (read,) = recognize(api, strokes=strokes(), candidates=count)["digits"]
    shares = [candidate["probability"] for candidate in read["candidates"]]
    assert len(shares) == count
    assert shares == sorted(shares, reverse=True)
    first = {"label": read["label"], "probability": read["probability"]}
    assert read["candidates"][0] == first


def test_trace_shows_what_the_model_saw(api: Transport) -> None:
    (read,) = recognize(api, strokes=strokes(), trace=True)["digits"]
    head, _, data = read["seen"].partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(b64decode(data))) as seen:
        assert (seen.size, seen.mode, seen.getextrema()) == ((28, 28), "L", (0, 255))


def test_without_trace_there_is_no_picture(api: Transport) -> None:
    assert "seen" not in recognize(api, strokes=strokes())["digits"][0]


def test_all_models_answer_the_default_first(api: Transport) -> None:
    published = api.request("GET", "/v1/models").json
    found = recognize(api, strokes=strokes(), model="all")
    assert [m["name"] for m in found["models"]] == [m["name"] for m in published["models"]]
    assert found["model"]["name"] == published["default"] == found["models"][0]["name"]
    assert found["models"][0]["digits"] == found["digits"]


def test_one_model_is_asked_by_its_name(api: Transport) -> None:
    for model in api.request("GET", "/v1/models").json["models"]:
        found = recognize(api, strokes=strokes(), model=model["name"])
        assert found["model"] == {"name": model["name"], "version": model["version"]}
        assert [m["name"] for m in found["models"]] == [model["name"]]


def test_text_has_a_question_mark_for_what_is_not_recognized(api: Transport) -> None:
    zigzag = [[[10 * i, 100 * (i % 2)] for i in range(12)]]
    found = recognize(api, strokes=zigzag, single=True)
    assert found["digits"][0]["status"] != "recognized"
    assert found["text"] == "?"


def test_strokes_are_read_without_importing_what_they_do_not_need() -> None:
    """It would lengthen a cold start."""
    unwanted = {"PIL", "boto3", "chalicelib.http.inference.tensors", "chalicelib.http.openapi"}
    program = f"""
import sys
from chalice.test import Client
from app import app
before = {{"onnxruntime", "PIL", "boto3"}} & set(sys.modules)
answer = Client(app).http.post(
    "/v1/recognize", headers={JSON!r}, body={body(strokes=strokes())!r}
)
print(sorted(before), answer.status_code, {unwanted!r} & set(sys.modules))
"""
    environ = {"PATH": "", "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", program]
    found = subprocess.run(run, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[-2] == "[] 200 set()"
    assert json.dumps(strokes()) not in found.stderr, "a drawing stands in the log"
