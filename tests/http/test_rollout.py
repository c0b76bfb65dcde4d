"""A rollout over HTTP: who answers, what is told of it; callers of before see no change."""

import io
import json
import logging
from pathlib import Path

import pytest

from app import app
from bench.candidates import MODEL, answering, broken, copy_with_candidate
from bench.transports import TestClientTransport
from chalicelib import wiring
from chalicelib.http.examples import INFERENCE_EXAMPLES
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.metrics import MetricLog
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from tests.http.bodies import JSON, body, feedback, strokes
from tests.http.shapes import assert_problem, assert_schema


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelRegistry, Path]:
    """Return models with a candidate of cnn that takes everything for a 4, and their folder."""
    folder = tmp_path_factory.mktemp("four") / "models"
    return copy_with_candidate(folder, answering(4)), folder


@pytest.fixture(scope="module")
def broken_registry(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelRegistry, Path]:
    """Return models whose candidate of cnn gives no numbers, and their folder."""
    folder = tmp_path_factory.mktemp("broken") / "models"
    return copy_with_candidate(folder, broken), folder


class Api(TestClientTransport):
    """The app with a candidate in its package, and the book of its rollouts."""

    def __init__(self, registry: ModelRegistry, store: Path) -> None:
        super().__init__(app)
        self.live = registry.entry(MODEL).version
        self.candidate = registry.candidates[MODEL].version
        self.book = RolloutBook(open_store(str(store)))

    def start(self, share: float) -> None:
        """Let the candidate be tried, or promote it, and have it noticed."""
        rollout = Rollout(MODEL, self.live, self.candidate, share)
        if share < 1:
            self.book.start(rollout, "ann", "a try")
        else:
            self.book.promote(rollout, self.book.read()[1], "ann", "better", {})
        self.notice()

    def notice(self) -> None:
        """Let half a minute pass."""
        served = wiring.services().recognizer._heads
        served._due_s = 0.0  # type: ignore[attr-defined]  # of ServedHeads, as the wiring has it
        served()

    def read(self, **fields: object) -> tuple[str, str]:
        """Return text and version of the answer to a 7."""
        asked = body({"strokes": strokes()} | fields)
        answer = self.request("POST", "/v1/recognize", asked, JSON).json
        assert_schema(answer, "RecognizeAnswer")
        assert answer["models"][0]["version"] == answer["model"]["version"]
        return answer["text"], answer["model"]["version"]


@pytest.fixture
def api(
    registry: tuple[ModelRegistry, Path], feedback_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Api:
    monkeypatch.setenv("INKLING_MODELS", str(registry[1]))
    return Api(registry[0], feedback_directory)


def test_while_none_is_on_nothing_tells_of_a_candidate(api: Api) -> None:
    models = api.request("GET", "/v1/models").json
    assert_schema(models, "ModelList")
    assert models.keys() == {"default", "models"}
    assert api.candidate not in json.dumps(models)
    assert api.read(model="all") == ("7", api.live)
    assert_problem(api.request("GET", "/v1/models/cnn-candidate"), 404, "unknown_model", "/model")


@pytest.mark.parametrize(("share", "mode"), [(0, "shadow"), (0.5, "share"), (1, "promoted")])
def test_the_models_say_what_is_tried_and_keep_the_shape_they_had(
    api: Api, share: float, mode: str
) -> None:
    before = api.request("GET", "/v1/models")
    api.start(share)
    answer = api.request("GET", "/v1/models", headers={"If-None-Match": before.headers["etag"]})
    assert answer.status == 200, "the tag is another one"
    assert_schema(answer.json, "ModelList")
    (rollout,) = answer.json["rollouts"]
    assert (rollout["model"], rollout["mode"], rollout["share"]) == (MODEL, mode, share)
    assert rollout["live"]["version"] == api.live
    assert rollout["candidate"]["version"] == api.candidate
    names = [model["name"] for model in answer.json["models"]]
    assert names == [model["name"] for model in before.json["models"]]
    first = answer.json["models"][0]["version"]
    assert first == (api.candidate if mode == "promoted" else api.live)
    for name in ("live", "candidate"):
        assert api.request("GET", f"/v1/models/cnn-{name}").json == rollout[name]
    assert api.request("GET", "/v1/health").json["model"] == {"name": MODEL, "version": first}


def test_the_answers_are_those_of_who_is_to_answer(api: Api) -> None:
    for share, expected in ((0, ("7", api.live)), (1, ("4", api.candidate))):
        api.start(share)
        assert api.read() == api.read(model=MODEL) == api.read(model="all") == expected
        assert api.read(model="cnn-live") == ("7", api.live)
        assert api.read(model="cnn-candidate") == ("4", api.candidate)


def test_feedback_is_kept_with_the_version_that_answered_that_drawing(
    api: Api, feedback_directory: Path
) -> None:
    for share in (0.5, 0, 1):
        api.start(share)
        _, version = api.read()
        assert api.request("POST", "/v1/feedback", feedback(), JSON).status == 201
        newest = max(
            feedback_directory.rglob("status=*/**/*.json"), key=lambda p: p.stat().st_mtime_ns
        )
        assert json.loads(newest.read_text())["version"] == version


def test_in_lambda_what_differs_is_counted_and_logged_without_drawing_or_label(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stream = io.StringIO()
    parts = wiring.services()
    monkeypatch.setattr(parts, "metrics", MetricLog(stream, "Inkling/test", lambda: 0))
    parts.__dict__.pop("recognizer", None)  # it is built with the metrics of before
    caplog.set_level(logging.INFO, "chalicelib")
    api.start(0)
    assert api.read() == ("7", api.live)
    (line,) = (json.loads(line) for line in stream.getvalue().splitlines())
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Model", "Candidate"]]
    del line["_aws"]
    assert line == {
        "Model": MODEL,
        "Candidate": api.candidate,
        "CandidateCompared": 1,
        "CandidateLabelDiffers": 1.0,
        "CandidateStatusDiffers": 0.0,
    }
    (record,) = (r for r in caplog.records if r.name.endswith("rollout_log"))
    told = {"model", "live", "candidate", "digits", "labels", "statuses", "change"}
    ordinary = vars(logging.makeLogRecord({})).keys() | {"message"}
    assert vars(record).keys() - ordinary == told
    assert record.getMessage().startswith(f"model=cnn live={api.live} candidate={api.candidate}")
    parts.__dict__.pop("recognizer")


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_both_versions_are_had_by_their_number_in_the_other_protocol(
    api: Api, share: float
) -> None:
    api.start(share)
    first = api.candidate if share == 1 else api.live
    address = f"/v2/models/{MODEL}"
    assert set(api.request("GET", address).json["versions"]) == {api.live, api.candidate}
    asked = body(INFERENCE_EXAMPLES["images"]["value"])
    for version, path in (
        (first, f"{address}/infer"),
        (api.live, f"{address}/versions/{api.live}/infer"),
        (api.candidate, f"{address}/versions/{api.candidate}/infer"),
    ):
        answer = api.request("POST", path, asked, JSON).json
        assert answer["model_version"] == version
        assert answer["outputs"][0]["data"] == ["4" if version == api.candidate else "7"]


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_candidate_that_fails_is_unavailable_to_who_asks_for_it_and_costs_no_other_a_500(
    broken_registry: tuple[ModelRegistry, Path],
    feedback_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    share: float,
) -> None:
    monkeypatch.setenv("INKLING_MODELS", str(broken_registry[1]))
    api = Api(broken_registry[0], feedback_directory)
    api.start(share)
    asked = body({"strokes": strokes(), "model": "cnn-candidate"})
    answer = api.request("POST", "/v1/recognize", asked, JSON)
    assert_problem(answer, 503, "unavailable")
    assert "ask cnn itself" in answer.json["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert "The candidate failed" in caplog.text
    tensors = body(INFERENCE_EXAMPLES["images"]["value"])
    for path in (
        "/v2/models/cnn-candidate/infer",
        f"/v2/models/{MODEL}/versions/{api.candidate}/infer",
    ):
        answer = api.request("POST", path, tensors, JSON)
        assert (answer.status, answer.headers["content-type"]) == (503, JSON["Content-Type"])
        assert_schema(answer.json, "InferenceError")
        assert int(answer.headers["retry-after"]) > 0
    for name in (MODEL, "all", "cnn-live"):
        assert api.read(model=name) == ("7", api.live)
    answer = api.request("POST", f"/v2/models/{MODEL}/infer", tensors, JSON)
    assert answer.json["model_version"] == api.live
