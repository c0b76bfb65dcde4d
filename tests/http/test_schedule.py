"""The scheduled function runs a round over the store and tells it as metrics."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from chalice.test import Client

from app import app
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.retention import RETENTION_DAYS
from chalicelib.stores.open import open_store
from tests.learning.lessons import accept, odd_seven
from tests.learning.submissions import make_submission, stored

ROOT = Path(__file__).parents[2]


def run_schedule(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], dict[str, object]]:
    """Invoke the function as CloudWatch Events does; return its answer and its line of metrics."""
    with Client(app, project_dir=str(ROOT)) as client:
        event = client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        answer = client.lambda_.invoke("adapt", event).payload
    return answer, json.loads(capsys.readouterr().out)


def test_a_day_without_feedback_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "store"))
    answer, line = run_schedule(capsys)
    assert answer["outcome"] == "too_little"
    assert line["RoundPromoted"] == line["RoundDrawings"] == 0
    (directive,) = line["_aws"]["CloudWatchMetrics"]  # type: ignore[index]
    assert {metric["Name"] for metric in directive["Metrics"]} <= line.keys()


def test_feedback_is_learnt_once_however_often_the_schedule_fires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    location = str(tmp_path / "store")
    monkeypatch.setenv("INKLING_FEEDBACK", location)
    store, rng = open_store(location), np.random.default_rng(5)
    for number in range(30):
        accept(store, odd_seven(rng), "7", number)
    outcomes = [run_schedule(capsys)[0]["outcome"] for _ in range(2)]
    assert outcomes == ["promoted", "unchanged"]
    current, _ = HeadBook(store).read()
    assert set(current.heads) == {"cnn", "perceptron"}


def test_the_day_on_which_feedback_must_go_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    location = str(tmp_path / "store")
    monkeypatch.setenv("INKLING_FEEDBACK", location)
    past = datetime.now(UTC) - timedelta(days=RETENTION_DAYS + 1)
    FeedbackBook(open_store(location), lambda: past).submit(make_submission())
    run_schedule(capsys)
    assert not [key for key in stored(open_store(location)) if key.startswith("feedback/")]
