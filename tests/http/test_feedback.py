"""Feedback over HTTP: what is stored of it, how it is repeated and taken back."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from bench.transports import Answer, Transport
from chalicelib.config import LAMBDA_FUNCTION
from chalicelib.learning.keys import CLOCK_KEY
from chalicelib.recognition.drawing import InkDrawing
from chalicelib.recognition.images import decode_image
from chalicelib.recognition.normalise import normalise
from tests.http.bodies import JSON, base64_of, body, feedback, pixels, strokes
from tests.http.shapes import assert_common_headers, assert_problem, assert_schema
from tests.unit.digits import DIGITS, draw

SENDER = "Ada Lovelace, 51.5074 N 0.1278 W"


def submit(api: Transport, data: bytes, key: str | None = None) -> Answer:
    headers = JSON | ({"Idempotency-Key": key} if key else {})
    return api.request("POST", "/v1/feedback", data, headers)


def accepted(answer: Answer, status: int = 201) -> str:
    assert answer.status == status, answer.body
    assert_common_headers(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert_schema(answer.json, "Receipt")
    receipt: str = answer.json["receipt"]
    return receipt


def stored(directory: Path) -> tuple[dict[str, Any], bytes]:
    """Return the only record in the store and the picture beside it."""
    (path,) = directory.glob("feedback/v1/status=quarantine/dt=*/*.json")
    return json.loads(path.read_text()), path.with_suffix(".png").read_bytes()


def test_feedback_is_taken_and_withdrawn_once(api: Transport) -> None:
    receipt = accepted(submit(api, feedback()))
    answer = api.request("DELETE", f"/v1/feedback/{receipt}")
    assert (answer.status, answer.body) == (204, b"")
    assert_common_headers(answer)
    assert_problem(api.request("DELETE", f"/v1/feedback/{receipt}"), 404, "not_found")


@pytest.mark.parametrize("receipt", ["abc", "..%2F..%2Fetc", "%00", "%FF", "x" * 500])
def test_what_is_no_receipt_is_not_found(api: Transport, receipt: str) -> None:
    assert_problem(api.request("DELETE", f"/v1/feedback/{receipt}"), 404, "not_found")


def test_the_same_request_again_gets_the_same_receipt(api: Transport) -> None:
    key = f"again-{type(api).__name__}"
    first = submit(api, feedback(), key)
    again = submit(api, feedback(), key)
    assert accepted(again, status=200) == accepted(first)
    api.request("DELETE", f"/v1/feedback/{first.json['receipt']}")


def test_ink_so_faint_that_none_of_it_would_be_stored_is_refused(api: Transport) -> None:
    """Of 8.4 the picture keeps 8, which is paper; 8.6 becomes 9."""
    for level, status in ((8.4, 422), (8.6, 201)):
        grid = [[0, 0, 0, level, 0, 0, 0, 0]] * 8
        answer = submit(api, body(pixels=grid, label="1", consent=True))
        assert answer.status == status, answer.body
        if status == 201:
            api.request("DELETE", f"/v1/feedback/{answer.json['receipt']}")
        else:
            assert_problem(answer, 422, "empty_drawing")


@pytest.mark.parametrize("key", ["short", "with space", "x" * 65])
def test_a_key_of_another_form_is_refused(api: Transport, key: str) -> None:
    assert_problem(submit(api, feedback(), key), 422, "invalid_field")


def test_the_record_says_what_was_said_and_what_served(
    client: Transport, feedback_directory: Path
) -> None:
    predicted = {"label": "1", "probability": 0.5, "model": "perceptron", "version": "5f0c2a91"}
    accepted(submit(client, feedback(predicted=predicted)))
    default = client.request("GET", "/v1/models").json["models"][0]
    record, picture = stored(feedback_directory)
    assert record["label"] == "7"
    assert record["predicted"] == predicted
    assert record["strokes"] == strokes()
    assert (record["model"], record["version"]) == (default["name"], default["version"])
    assert record["normalisation"] == default["normalisation"]
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.size, image.getextrema()) == ((28, 28), (0, 255))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://Draw.Example.org", "draw.example.org"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("http://[::1]:8080", "[::1]"),
        (None, None),
        ("null", None),
        ("https://ada@example.org", None),
        ("https://example.org/ada?name=lovelace", None),
        ("https://" + "x" * 300, None),
    ],
)
def test_of_where_it_comes_from_the_site_is_kept_and_nothing_else(
    client: Transport, feedback_directory: Path, origin: str | None, host: str | None
) -> None:
    headers = JSON | ({"Origin": origin} if origin else {})
    accepted(client.request("POST", "/v1/feedback", feedback(), headers))
    assert stored(feedback_directory)[0]["source"] == host


def test_null_says_that_it_is_no_digit(client: Transport, feedback_directory: Path) -> None:
    accepted(submit(client, feedback(label=None)))
    assert stored(feedback_directory)[0]["label"] is None


def test_an_image_is_stored_without_what_came_with_it(
    client: Transport, feedback_directory: Path
) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SENDER)
    file = io.BytesIO()
    draw(DIGITS["7"], side_px=120, size_px=80, brush_px=8).save(file, "PNG", pnginfo=text)
    assert SENDER.encode() in file.getvalue()
    said = {"image": base64_of(file.getvalue()), "label": "7", "consent": True}
    accepted(submit(client, body(said)))
    record, picture = stored(feedback_directory)
    assert record["strokes"] is None
    assert SENDER.encode() not in picture
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.mode, image.info) == ("L", {})
        kept = InkDrawing(np.asarray(image, np.float32) / np.float32(255))
    seen = normalise(decode_image(file.getvalue()))
    np.testing.assert_allclose(normalise(kept), seen, atol=0.02)


def test_pixels_are_stored_as_they_were(client: Transport, feedback_directory: Path) -> None:
    accepted(submit(client, body(pixels=pixels(), label="7", consent=True)))
    with Image.open(io.BytesIO(stored(feedback_directory)[1])) as image:
        assert list(image.tobytes()) == [value for row in pixels() for value in row]


@pytest.mark.parametrize(
    "fields", [{"consent": False}, {"label": "x"}, {"strokes": []}, {"image": "????"}, {"extra": 1}]
)
def test_what_is_refused_is_not_stored(
    client: Transport, feedback_directory: Path, fields: dict[str, object]
) -> None:
    assert submit(client, feedback(**fields)).status in (400, 422)
    assert not feedback_directory.exists()


def test_withdrawn_feedback_leaves_that_it_was_withdrawn_and_nothing_else(
    client: Transport, feedback_directory: Path
) -> None:
    answer = submit(client, feedback(), "a-key-to-forget")
    assert len(files(feedback_directory)) == 3, "a picture, a record and a claim"
    client.request("DELETE", f"/v1/feedback/{accepted(answer)}")
    assert files(feedback_directory) == [f"feedback/v1/withdrawn/{answer.json['id']}.json"]


def files(directory: Path) -> list[str]:
    """List all but the note that a sweep makes of the clock."""
    found = directory.glob("feedback/**/*")
    names = [str(path.relative_to(directory)) for path in found if path.is_file()]
    return [name for name in names if name != CLOCK_KEY]


def test_in_lambda_feedback_is_counted_once_and_nothing_of_it_is_told(
    client: Transport, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(LAMBDA_FUNCTION, "inkling")
    predicted = {"label": "1", "probability": 0.5, "model": "cnn", "version": "5f0c2a91"}
    wrong = feedback(predicted=predicted)
    receipts = [accepted(submit(client, wrong, "a-key-of-one"), status) for status in (201, 200)]
    accepted(submit(client, feedback(predicted=predicted | {"label": "7"})))
    accepted(submit(client, feedback(predicted=predicted, label=None)))
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    told = [{name: line[name] for name in line if name != "_aws"} for line in lines]
    assert told == [
        {"Feedback": 1, "FeedbackAgreed": 0.0},
        {"Feedback": 1, "FeedbackAgreed": 1.0},
        {"Feedback": 1},
    ]
    assert receipts[0] not in out
    assert "5f0c2a91" not in out
