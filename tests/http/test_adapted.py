"""An adapted model over HTTP: beside the one as trained, and named in whatever it says."""

import json
from pathlib import Path

import pytest

from app import app
from bench.transports import TestClientTransport
from chalicelib import wiring
from chalicelib.learning.pointer import HeadBook
from chalicelib.stores.open import open_store
from tests.http.bodies import JSON, body, pixels, strokes
from tests.http.shapes import assert_problem, assert_schema
from tests.learning.served import head_for, published

HEAD = head_for(published(), "cnn", "4")
TRAINED = published().entry("cnn").version
ADAPTED = f"{TRAINED}+{HEAD.version}"


@pytest.fixture
def adapted(feedback_directory: Path) -> TestClientTransport:
    """Return the app where feedback has taught cnn to see a 4 in everything."""
    book = HeadBook(open_store(str(feedback_directory)))
    book.promote({"cnn": HEAD}, book.read()[1], "test", "better", {})
    return TestClientTransport(app)


def test_all_models_answer_side_by_side(adapted: TestClientTransport) -> None:
    asked = body({"strokes": strokes(), "model": "all"})
    answer = adapted.request("POST", "/v1/recognize", asked, JSON).json
    assert_schema(answer, "RecognizeAnswer")
    assert answer["model"] == {"name": "cnn", "version": ADAPTED}
    assert answer["text"] == "4"
    found = {model["name"]: (model["version"], model["text"]) for model in answer["models"]}
    assert found["cnn"] == (ADAPTED, "4")
    assert found["cnn-trained"] == (TRAINED, "7")
    assert found.keys() == {"cnn", "cnn-trained", "perceptron"}


def test_each_can_be_asked_by_its_name(adapted: TestClientTransport) -> None:
    asked = body({"strokes": strokes(), "model": "cnn-trained"})
    answer = adapted.request("POST", "/v1/recognize", asked, JSON).json
    assert answer["model"] == {"name": "cnn-trained", "version": TRAINED}


def test_the_models_say_what_they_were_adapted_from(adapted: TestClientTransport) -> None:
    answer = adapted.request("GET", "/v1/models").json
    assert_schema(answer, "ModelList")
    models = {model["name"]: model for model in answer["models"]}
    assert list(models) == ["cnn", "cnn-trained", "perceptron"]
    assert [name for name, model in models.items() if model["default"]] == ["cnn"]
    assert models["cnn"]["adapted_from"] == models["cnn-trained"]["version"] == TRAINED
    assert models["cnn"]["head"]["sha256"] == HEAD.sha256
    assert models["cnn"]["head"]["dataset"] == HEAD.dataset
    assert models["cnn-trained"]["head"] is models["perceptron"]["head"] is None
    assert models["cnn"]["figures"]["gold"]["accuracy"] == 0.1
    assert models["cnn-trained"]["figures"]["gold"]["accuracy"] == 1.0
    assert "mnist_test" in models["cnn-trained"]["figures"]
    for name, model in models.items():
        assert adapted.request("GET", f"/v1/models/{name}").json == model


def label_of(adapted: TestClientTransport, model: str) -> tuple[str, str, str]:
    """Return name, version and label of what a model of the inference protocol answers."""
    image = {"name": "images", "datatype": "UINT8", "shape": [56, 56], "data": pixels()}
    asked = body({"inputs": [image], "outputs": [{"name": "labels"}]})
    answer = adapted.request("POST", f"/v2/models/{model}/infer", asked, JSON).json
    assert_schema(answer, "InferenceResponse")
    return answer["model_name"], answer["model_version"], answer["outputs"][0]["data"][0]


def test_tensors_are_read_by_every_version(adapted: TestClientTransport) -> None:
    assert label_of(adapted, "cnn") == ("cnn", ADAPTED, "4")
    assert label_of(adapted, f"cnn/versions/{ADAPTED}") == ("cnn", ADAPTED, "4")
    assert label_of(adapted, f"cnn/versions/{TRAINED}") == ("cnn", TRAINED, "7")
    assert label_of(adapted, "cnn-trained") == ("cnn-trained", TRAINED, "7")
    assert label_of(adapted, f"cnn-trained/versions/{TRAINED}") == ("cnn-trained", TRAINED, "7")
    for model, versions in (("cnn", [ADAPTED, TRAINED]), ("cnn-trained", [TRAINED])):
        for path in (model, *(f"{model}/versions/{version}" for version in versions)):
            assert adapted.request("GET", f"/v2/models/{path}").json["versions"] == versions
            assert adapted.request("GET", f"/v2/models/{path}/ready").json["ready"]
    assert adapted.request("GET", f"/v2/models/cnn-trained/versions/{ADAPTED}").status == 404


def test_health_says_every_version_that_answers(adapted: TestClientTransport) -> None:
    answer = adapted.request("GET", "/v1/health").json
    assert_schema(answer, "Health")
    assert answer["model"] == {"name": "cnn", "version": ADAPTED}
    assert {"name": "cnn-trained", "version": TRAINED} in answer["models"]


def test_feedback_is_kept_with_the_version_that_answered(
    adapted: TestClientTransport, feedback_directory: Path
) -> None:
    asked = {"strokes": strokes(), "label": "7", "consent": True}
    assert adapted.request("POST", "/v1/feedback", body(asked), JSON).status == 201
    (record,) = feedback_directory.rglob("status=*/**/*.json")
    assert json.loads(record.read_text())["version"] == ADAPTED


def test_an_unknown_model_is_told_which_there_are(adapted: TestClientTransport) -> None:
    answer = adapted.request("GET", "/v1/models/oracle")
    assert_problem(answer, 404, "unknown_model", "/model")
    assert "cnn-trained" in answer.json["detail"]


def test_after_a_rollback_the_models_answer_as_trained(
    adapted: TestClientTransport, feedback_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert adapted.request("GET", "/v1/health").json["model"]["version"] == ADAPTED
    HeadBook(open_store(str(feedback_directory))).rollback("ann", "worse")
    source = wiring.services().recognizer._heads
    monkeypatch.setattr(source, "_due_s", 0.0)  # as if half a minute had passed
    assert adapted.request("GET", "/v1/health").json["model"]["version"] == TRAINED
    assert adapted.request("GET", "/v1/models/cnn-trained").status == 404
    assert adapted.request("GET", f"/v2/models/cnn/versions/{ADAPTED}").status == 404
    assert label_of(adapted, f"cnn/versions/{TRAINED}") == ("cnn", TRAINED, "7")
