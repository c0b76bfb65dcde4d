"""The scheduled function runs a round over the store and tells it, also as metrics."""

import io
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from chalice.test import Client

from app import app
from bench.thinned import thinned
from chalicelib.config import settings_from
from chalicelib.errors import InklingError
from chalicelib.http.rounds import DAMAGED, run_scheduled_round
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import (
    CURRENT_KEY,
    ROLLOUT_KEY,
    head_key,
    history_key,
    rollout_entry_key,
)
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.retention import RETENTION_DAYS
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.metrics import MetricLog
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from chalicelib.wiring import Services
from tests.learning.heads import make_head
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
    found = map(json.loads, stream.getvalue().splitlines())
    first, second = (counts for counts in found if "RoundDrawings" in counts)
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


def of_head(store: Store) -> str:
    return head_key(next(iter(HeadBook(store).read()[0].heads.values())))


def of_entry(store: Store) -> str:
    return history_key(str(HeadBook(store).read()[0].entry))


def of_rollout_entry(store: Store) -> str:
    return rollout_entry_key(str(RolloutBook(store).read()[0].entry))


@pytest.mark.parametrize(
    "key",
    [of_head, of_entry, of_rollout_entry, lambda _: CURRENT_KEY, lambda _: ROLLOUT_KEY],
    ids=["head", "entry", "rollout_entry", "pointer", "rollout"],
)
def test_damage_that_no_answer_shows_is_told(
    key: Callable[[Store], str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A round fails where it needs what is damaged; by then it is told."""
    store = open_store(str(tmp_path))
    head = make_head(1)
    HeadBook(store).promote({"cnn": head}, HeadBook(store).read()[1], "ann", "better", {})
    RolloutBook(store).start(Rollout("cnn", "1" * 8, "2" * 8, 0.1), "ann", "to try it")
    assert counted_damage(tmp_path) == 0
    damaged = key(store)
    (tmp_path / damaged).write_bytes(b"{}")
    assert counted_damage(tmp_path) == 1
    assert f"Damaged: {damaged}" in caplog.text


def counted_damage(location: Path) -> int:
    services, stream = Services(settings_from({"INKLING_FEEDBACK": str(location)})), io.StringIO()
    services.metrics = MetricLog(stream, "Inkling")
    with suppress(InklingError):
        run_scheduled_round(services)
    found: int = json.loads(stream.getvalue().splitlines()[0])[DAMAGED]
    return found
