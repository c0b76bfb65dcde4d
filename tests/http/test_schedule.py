"""The scheduled function runs a round over the store and tells it, also as metrics."""

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from chalice.test import Client

from app import app
from bench.thinned import thinned
from chalicelib.config import settings_from
from chalicelib.http.rounds import run_scheduled_round
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.retention import RETENTION_DAYS
from chalicelib.metrics import MetricLog
from chalicelib.stores.open import open_store
from chalicelib.wiring import Services
from tests.learning.lessons import accept, odd_seven
from tests.learning.submissions import make_submission, stored

ROOT = Path(__file__).parents[2]


def test_the_function_is_called_as_the_schedule_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "store"))
    with Client(app, project_dir=str(ROOT)) as client:
        event = client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        answer = client.lambda_.invoke("adapt", event).payload
    assert answer["outcome"] == "too_little"


def test_feedback_is_learnt_once_however_often_the_schedule_fires(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models, location = tmp_path / "models", str(tmp_path / "store")
    thinned(models)
    store, rng = open_store(location), np.random.default_rng(5)
    for number in range(30):
        accept(store, odd_seven(rng), "7", number)
    settings = settings_from({"INKLING_FEEDBACK": location, "INKLING_MODELS": str(models)})
    services, stream = Services(settings), io.StringIO()
    services.metrics = MetricLog(stream, "Inkling")
    with caplog.at_level(logging.INFO, "chalicelib"):
        outcomes = [run_scheduled_round(services)["outcome"] for _ in range(2)]
    assert outcomes == ["promoted", "unchanged"]
    heads = HeadBook(store).read()[0].heads
    assert heads
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["RoundDrawings"], first["RoundPromoted"]) == (30, 1)
    assert second["RoundPromoted"] == 0
    assert f"promoted for {', '.join(heads)}" in caplog.text


def test_the_day_on_which_feedback_must_go_is_kept(
    tmp_path: Path,
) -> None:
    location = str(tmp_path / "store")
    past = datetime.now(UTC) - timedelta(days=RETENTION_DAYS + 1)
    FeedbackBook(open_store(location), lambda: past).submit(make_submission())
    run_scheduled_round(Services(settings_from({"INKLING_FEEDBACK": location})))
    assert not [key for key in stored(open_store(location)) if key.startswith("feedback/")]
