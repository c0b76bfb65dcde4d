"""The Open Inference Protocol: metadata, readiness, and tensors read as drawings are read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bench.transports import Answer, Transport
from chalicelib import __version__
from chalicelib.http.drawings import raster
from chalicelib.limits import MAX_TENSOR_PICTURES
from chalicelib.recognition.drawing import Picture
from chalicelib.recognition.normalise import normalise
from chalicelib.recognition.recognizer import probabilities_of
from tests.http.bodies import JSON, body, pixels
from tests.http.shapes import assert_common_headers, assert_schema
from tests.learning.served import published
from tests.unit.digits import DIGITS

INFER = "/v2/models/cnn/infer"
OUTPUTS = ["probabilities", "labels", "status"]


def images(*digits: str) -> dict[str, Any]:
    """Return digits as an input of nested data."""
    data = [pixels(digit) for digit in digits]
    return {"name": "images", "datatype": "UINT8", "shape": [len(data), 56, 56], "data": data}


def pictures(*digits: str, shape: Sequence[int] = ()) -> dict[str, Any]:
    """Return what a network sees of digits as an input of flat data."""
    seen = np.stack([picture(digit) for digit in digits])
    data = seen.ravel().tolist()
    given = {"shape": list(shape or seen.shape), "data": data}
    return {"name": "pictures", "datatype": "FP32"} | given


def picture(digit: str) -> Picture:
    return normalise(raster(np.array(pixels(digit), np.float64)))


def infer(api: Transport, *inputs: dict[str, Any], path: str = INFER, **members: Any) -> Any:
    """Return the answer to sound inputs."""
    asked = body({"inputs": list(inputs)} | members)
    return read(api.request("POST", path, asked, JSON), "InferenceResponse")


def read(answer: Answer, schema: str) -> Any:
    """Return an answer's JSON, of the shape that all have."""
    assert answer.status == 200, answer.body
    assert_common_headers(answer)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert_schema(answer.json, schema)
    return answer.json


def tensor(answer: Any, name: str) -> Any:
    """Return an output as an array."""
    (found,) = [output for output in answer["outputs"] if output["name"] == name]
    return np.array(found["data"]).reshape(found["shape"])


def test_the_server_is_live_and_ready_and_says_what_it_is(api: Transport) -> None:
    assert read(api.request("GET", "/v2/health/live"), "ServerLive") == {"live": True}
    ready = read(api.request("GET", "/v2/health/ready"), "ServerReady")
    assert ready == {"live": True, "ready": True}
    expected = {"name": "inkling", "version": __version__, "extensions": []}
    assert read(api.request("GET", "/v2"), "ServerMetadata") == expected
    assert api.request("GET", "/v2/").json == expected


def test_every_model_tells_its_tensors_and_is_ready(api: Transport) -> None:
    for model in api.request("GET", "/v1/models").json["models"]:
        for path in (model["name"], f"{model['name']}/versions/{model['version']}"):
            found = read(api.request("GET", f"/v2/models/{path}"), "ModelMetadata")
            assert (found["name"], found["versions"]) == (model["name"], [model["version"]])
            assert found["platform"] == "onnx_onnxv1"
            assert [(of["name"], of["datatype"], of["shape"]) for of in found["inputs"]] == [
                ("pictures", "FP32", [-1, 28, 28]),
                ("images", "UINT8", [-1, -1, -1]),
            ]
            assert [(of["name"], of["datatype"], of["shape"]) for of in found["outputs"]] == [
                ("probabilities", "FP32", [-1, len(model["labels"]) + 1]),
                ("labels", "BYTES", [-1]),
                ("status", "BYTES", [-1]),
            ]
            ready = read(api.request("GET", f"/v2/models/{path}/ready"), "ModelReady")
            assert ready == {"name": model["name"], "ready": True}


def test_images_are_read_as_pixels_of_one_digit_are(api: Transport) -> None:
    digits = list(DIGITS)
    found = infer(api, images(*digits))
    shares = tensor(found, "probabilities")
    assert shares.shape == (len(digits), 11)
    for row, digit in enumerate(digits):
        fields = {"pixels": pixels(digit), "single": True, "candidates": 10}
        (read_alone,) = api.request("POST", "/v1/recognize", body(fields), JSON).json["digits"]
        assert tensor(found, "labels")[row] == read_alone["label"] == digit
        assert tensor(found, "status")[row] == read_alone["status"]
        for candidate in read_alone["candidates"]:
            share = shares[row][int(candidate["label"])]
            assert share == pytest.approx(candidate["probability"], abs=1e-6)


def test_pictures_are_what_every_model_sees(api: Transport) -> None:
    for name in published().names:
        path = f"/v2/models/{name}/infer"
        found = infer(api, pictures("3", "1"), path=path)
        assert (found["model_name"], "id" in found) == (name, False)
        by_version = path.replace("/infer", f"/versions/{found['model_version']}/infer")
        assert infer(api, pictures("3", "1"), path=by_version) == found
        seen = np.stack([picture("3"), picture("1")])
        logits = published().model(name).run(seen).logits
        expected = probabilities_of(logits, published().entry(name).temperature)
        assert tensor(found, "probabilities") == pytest.approx(expected, rel=1e-6, abs=1e-9)
        assert tensor(found, "probabilities") == pytest.approx(
            tensor(infer(api, images("3", "1"), path=path), "probabilities"), rel=1e-5, abs=1e-9
        )


def test_a_number_has_the_digits_that_float32_has(api: Transport) -> None:
    shares = tensor(infer(api, pictures("3")), "probabilities")
    assert (shares == shares.astype(np.float32).astype(str).astype(np.float64)).all()


@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 1, 28, 28)])
def test_data_may_be_flat_or_nested_and_shapes_have_a_channel(
    api: Transport, shape: tuple[int, ...]
) -> None:
    flat = pictures("3", "1", shape=shape)
    nested = flat | {"data": np.reshape(flat["data"], shape).tolist()}
    assert infer(api, flat) == infer(api, nested) == infer(api, pictures("3", "1"))


def test_one_picture_needs_no_count(api: Transport) -> None:
    assert infer(api, pictures("3", shape=(28, 28))) == infer(api, pictures("3"))
    alone = images("3") | {"shape": [56, 56], "data": np.ravel(pixels("3")).tolist()}
    assert infer(api, alone) == infer(api, images("3"))


def test_both_inputs_at_once_are_rows_in_their_order(api: Transport) -> None:
    assert tensor(infer(api, images("3", "1"), pictures("7")), "labels").tolist() == list("317")
    assert tensor(infer(api, pictures("7"), images("3", "1")), "labels").tolist() == list("731")


@pytest.mark.parametrize("names", [["labels"], ["status", "probabilities"], OUTPUTS, []])
def test_only_what_is_asked_for_is_returned(api: Transport, names: list[str]) -> None:
    found = infer(api, images("3"), outputs=[{"name": name} for name in names])
    assert [output["name"] for output in found["outputs"]] == (names or OUTPUTS)


@pytest.mark.parametrize("given", ["42", "", "\u00e9\u202e'\";--", "x" * 200])
def test_an_id_is_returned(api: Transport, given: str) -> None:
    assert infer(api, images("3"), id=given)["id"] == given


def test_a_request_may_name_the_model_of_its_address(api: Transport) -> None:
    """As KServe's client does, though the protocol has no such member."""
    named = infer(api, images("3"), id="7", model_name="cnn")
    assert named == infer(api, images("3"), id="7")


def test_parameters_have_no_effect(api: Transport) -> None:
    """Also those with which clients ask for binary data, if it is to be had."""
    parameters = {"binary_data_output": True, "priority": 1, "content_type": "np", "x": 0.5}
    outputs = [{"name": name, "parameters": {"binary_data": True}} for name in OUTPUTS]
    image = images("3") | {"parameters": parameters}
    found = infer(api, image, parameters=parameters, outputs=outputs)
    assert found == infer(api, images("3"))


def test_a_content_type_may_be_left_out(api: Transport) -> None:
    asked = body(inputs=[images("3")])
    for headers in ({}, JSON, {"Content-Type": "application/json; charset=utf-8"}):
        assert read(api.request("POST", INFER, asked, headers), "InferenceResponse")


def test_a_picture_without_ink_is_no_digit(api: Transport) -> None:
    blank = pictures("3") | {"data": [0] * 784}
    assert tensor(infer(api, blank), "status").tolist() == ["not_a_digit"]


def test_as_many_pictures_as_are_taken_are_read(client: Transport) -> None:
    count = MAX_TENSOR_PICTURES
    seen = np.rint(picture("3") * 2) / 2
    data = np.broadcast_to(seen, (count, 28, 28)).ravel().tolist()
    found = infer(client, pictures("3") | {"shape": [count, 28, 28], "data": data})
    assert tensor(found, "labels").tolist() == ["3"] * count
    assert tensor(found, "probabilities").shape == (count, 11)
