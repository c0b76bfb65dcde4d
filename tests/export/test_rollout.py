"""The command that tries a candidate: start, status, report, promote, withdraw, settle, drop."""

import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("moto", reason="needs the serving environment, whose tests have a CloudWatch")

import boto3

from bench.accepted import Claim, drawn_again, put_claims
from bench.candidates import MODEL, Bias, answering, copy_with_candidate, shaken
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.rollout_log import RolloutLog
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.metrics import MetricLog
from chalicelib.recognition.drawing import StrokeDrawing
from chalicelib.recognition.manifest import MANIFEST
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Compared, Failed, Rollout
from chalicelib.stores.open import open_store
from export.rollout.comparison import compare
from export.rollout.counts import fetch_counts
from tests.export.commands import run_export
from tests.learning.served import head_for
from tests.stores.places import ENVIRONMENT, s3_server
from tests.unit.digits import DIGITS, SEVEN

__all__ = ["s3_server"]
SEED = 8
COUNT = 12

Place = Callable[[Bias], "Package"]


class Package:
    """A package with a candidate, a store of feedback, and the command over both."""

    def __init__(self, folder: Path, change: Bias) -> None:
        self.models, self.store = folder / "models", folder / "store"
        self.store.mkdir()
        self.registry = copy_with_candidate(self.models, change)
        self.live = self.registry.entry(MODEL).version
        self.candidate = self.registry.candidates[MODEL].version
        self.picture = folder / "rollout.png"

    def try_(self, action: str, *arguments: str) -> tuple[int, str, str]:
        """Run the command; return its status and what it says."""
        where = ["--models", str(self.models)]
        if action != "drop":
            where += ["--store", str(self.store)]
        if action == "report":
            where += ["--picture", str(self.picture)]
        done = run_export("rollout", action, *where, *arguments)
        return done.returncode, done.stdout, done.stderr

    def run(self, action: str, *arguments: str) -> str:
        """Run the command, which must succeed."""
        status, told, complaint = self.try_(action, *arguments)
        assert status == 0, complaint
        return told

    def share(self) -> float | None:
        """Return the share of the rollout that is on."""
        on = RolloutBook(open_store(str(self.store))).read()[0].rollouts.get(MODEL)
        return on.share if on else None


@pytest.fixture
def package(tmp_path: Path) -> Place:
    return lambda change: Package(tmp_path, change)


def accept_sevens(store: Path) -> None:
    """Put 7s, each of a day of its own, into the store as accepted feedback."""
    rng = np.random.default_rng(SEED)
    print("seed", SEED)
    claims = [
        Claim(drawn_again(StrokeDrawing(SEVEN), rng), "7", day=day, source="draw.example")
        for day in range(COUNT)
    ]
    put_claims(open_store(str(store)), [*claims, Claim(StrokeDrawing(DIGITS["3"]), "3")])


def test_a_rollout_from_its_start_to_its_end(package: Place) -> None:
    """Each step is one command, and the history says who, what and why."""
    place = package(shaken(1, by=0.01))
    assert f"{place.live}, candidate {place.candidate}: no rollout is on" in place.run("status")
    assert "There has been no rollout" in place.run("history")
    assert "is asked as well" in place.run("start", "--shadow", "--by", "ann")
    assert place.share() == 0
    assert "answers 25 % of drawings" in place.run("start", "--share", "0.25")
    assert place.share() == 0.25
    told = place.run("promote", "--reason", "twice as quick")
    assert "is promoted and answers" in told
    assert "REFUSED" not in told
    assert place.share() == 1
    assert "no rollout is on" in place.run("withdraw", "--reason", "reads my 7 as a 1")
    assert place.share() is None
    history = place.run("history")
    first, *_ = history.splitlines()
    assert first.endswith("reads my 7 as a 1")
    assert "start by ann: no reason given" in history
    assert history.index("withdraw") < history.index("promote") < history.index("start")
    assert "gold: candidate 7," in history


def test_a_worse_candidate_is_promoted_by_force_alone(package: Place) -> None:
    place = package(answering(4))
    status, told, complaint = place.try_("promote")
    assert status == 2
    assert complaint.startswith(f"error: cnn {place.candidate} is not promoted: it fails gold_over")
    assert len(complaint.splitlines()) == 1
    assert "REFUSED  gold: " in told
    assert place.share() is None
    place.run("promote", "--force", "the 4s are wanted")
    assert place.share() == 1
    assert "the 4s are wanted" in place.run("history")


def test_what_differs_on_feedback_is_counted_drawn_and_speaks_against_a_promotion(
    package: Place,
) -> None:
    place = package(answering(4))
    accept_sevens(place.store)
    told = place.run("report")
    comparison = compare(place.registry, MODEL, open_store(str(place.store)), lambda *_: None)
    gold, feedback = comparison.sets
    live, candidate = feedback.scores()
    assert live.correct == live.drawings > 2
    assert candidate.correct == 0
    assert feedback.answers.won_and_lost() == (0, live.drawings)
    assert f"feedback, {live.drawings} drawings" in told
    assert "live       100.00 %" in told
    assert f"{live.drawings} are right with one of them alone, 0 with the candidate" in told
    assert gold.scores()[1].correct < gold.scores()[0].correct
    with Image.open(place.picture) as picture:
        assert picture.width > 500
        assert len(set(picture.convert("L").tobytes())) > 50
    refused = {check.name for check in comparison.judgement.checks if not check.passed}
    assert ("held_out_not_worse" in refused) is (live.drawings >= 5)


def test_the_candidate_is_held_against_what_feedback_has_made_of_the_live_version(
    package: Place,
) -> None:
    """A live version whose head is worse than it was loses to a candidate that is as it was."""
    place = package(shaken(1, by=0.01))
    book = HeadBook(open_store(str(place.store)))
    head = head_for(place.registry, MODEL, "4")
    book.promote({MODEL: head}, book.read()[1], "a round", "better", {})
    told = place.run("report")
    assert f"live {place.live}+{head.version} (as feedback has adapted it)" in told
    assert "A promotion leaves the head where it is" in told
    comparison = compare(place.registry, MODEL, open_store(str(place.store)), lambda *_: None)
    (gold,) = comparison.sets
    live, candidate = gold.scores()
    assert live.accuracy < 0.2
    assert candidate.accuracy > 0.95


def test_feedback_that_a_version_may_have_been_trained_on_is_no_judge(package: Place) -> None:
    place = package(shaken(1, by=0.01))
    accept_sevens(place.store)
    store = open_store(str(place.store))
    before = compare(place.registry, MODEL, store, lambda *_: None)
    taught = place.registry.candidates[MODEL]._replace(trained={"feedback": {"dataset": "1"}})
    place.registry._candidates[MODEL] = taught
    after = compare(place.registry, MODEL, store, lambda *_: None)
    assert before.left_out == 0
    drawings = len(before.sets[1].answers.targets)
    left = len(after.sets[1].answers.targets) if len(after.sets) > 1 else 0
    assert after.left_out == drawings - left > 0


def test_gold_of_another_training_is_refused(package: Place) -> None:
    place = package(shaken(1))
    entry = place.registry.candidates[MODEL]
    assert entry.gold
    assert place.registry.entry(MODEL).replay
    store = open_store(str(place.store))
    place.registry._candidates[MODEL] = entry._replace(gold=entry.replay)
    with pytest.raises(Exception, match="has another gold set beside it"):
        compare(place.registry, MODEL, store, lambda *_: None)


def test_to_settle_makes_the_candidate_the_model_and_back(package: Place) -> None:
    """And the way back to the old version is one promotion."""
    place = package(shaken(1, by=0.01))
    files = sorted(path.name for path in place.models.iterdir())
    place.run("start", "--share", "0.5")
    status, _, complaint = place.try_("settle")
    assert (status, "is not promoted in" in complaint) == (2, True)
    place.run("promote")
    told = place.run("settle")
    assert f"{place.candidate} is the model and {place.live} its candidate" in told
    settled = ModelRegistry.load(place.models)
    assert settled.entry(MODEL).version == place.candidate
    assert settled.candidates[MODEL].version == place.live
    assert settled.default == place.registry.default
    assert sorted(path.name for path in place.models.iterdir()) == files
    place.run("promote", "--force", "back to the old one")
    assert f"{place.live} is promoted and answers, beside {place.candidate}" in place.run("status")
    place.run("settle")
    assert json.loads((place.models / MANIFEST).read_bytes())["models"][0]["version"] == place.live


def test_to_drop_a_candidate_removes_its_files(package: Place) -> None:
    place = package(shaken(1))
    assert place.candidate in place.run("drop")
    assert not any(place.candidate in path.name for path in place.models.iterdir())
    assert ModelRegistry.load(place.models).candidates == {}
    assert "No model has a candidate" in place.try_("report")[2]
    for action in (("drop",), ("start", "--shadow"), ("report",)):
        status, _, complaint = place.try_(*action, "--model", MODEL)
        assert (status, len(complaint.splitlines())) == (2, 1)
        assert "There is no candidate of cnn" in complaint


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("start", "--shadow", "--model", "oracle"), "no model 'oracle'"),
        (("start", "--share", "1"), "promote is for all"),
        (("start", "--share", "nan"), "promote is for all"),
        (("start",), "one of the arguments"),
        (("start", "--shadow", "--reason", ""), "reason must be"),
        (("withdraw",), "No rollout is on."),
        (("withdraw", "--model", MODEL), "No rollout of cnn is on"),
        (("promote", "--by", "a\nb", "--force", "so"), "by must be"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    package: Place, arguments: tuple[str, ...], reason: str
) -> None:
    place = package(shaken(1, by=0.01))
    status, _, complaint = place.try_(*arguments)
    assert status == 2
    assert reason in complaint
    assert place.share() is None


def test_a_damaged_candidate_is_not_even_started(package: Place) -> None:
    place = package(shaken(1))
    file = place.models / place.registry.candidates[MODEL].file
    file.write_bytes(b"damaged")
    status, _, complaint = place.try_("start", "--shadow")
    assert status == 2
    assert file.name in complaint
    assert place.share() is None


def test_what_a_stage_has_counted_is_fetched(
    package: Place, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts are those of the log's lines, as CloudWatch would take them out of it."""
    for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": s3_server}).items():
        monkeypatch.setenv(name, value)
    place = package(shaken(1))
    rollout = Rollout(MODEL, place.live, place.candidate, 0)
    stream = io.StringIO()
    log = RolloutLog(MetricLog(stream, "Inkling/inkling-prod").write)
    for seen in (Compared(2, 1, 0, 0.5), Compared(1, 0, 0, 0.01), Failed(MemoryError())):
        log(rollout, seen)
    log(rollout._replace(candidate="another"), Compared(1, 1, 1, 0.5))
    cloudwatch = boto3.session.Session().client("cloudwatch")
    for line in stream.getvalue().splitlines():
        put_as_cloudwatch_does(cloudwatch, json.loads(line))
    counts = fetch_counts("prod", rollout, 7)
    assert counts == {
        "CandidateCompared": 2,
        "CandidateLabelDiffers": 1,
        "CandidateStatusDiffers": 0,
        "CandidateFailed": 1,
        "CandidateAnswered": 0,
    }
    assert os.environ["AWS_ENDPOINT_URL"] == s3_server
    told = place.run("report", "--stage", "prod")
    assert "other label   1 of 2" in told
    assert "failed        1" in told
    assert "nothing" in place.run("report", "--stage", "other")
    cloudwatch.close()


def put_as_cloudwatch_does(cloudwatch: object, line: dict[str, object]) -> None:
    """Put the metrics that a line in the embedded format describes."""
    told = line["_aws"]
    assert isinstance(told, dict)
    (described,) = told["CloudWatchMetrics"]
    (names,) = described["Dimensions"]
    cloudwatch.put_metric_data(  # type: ignore[attr-defined]  # boto3 has no types
        Namespace=described["Namespace"],
        MetricData=[
            {
                "MetricName": metric["Name"],
                "Dimensions": [{"Name": name, "Value": line[name]} for name in names],
                "Timestamp": datetime.fromtimestamp(told["Timestamp"] / 1000, UTC),
                "Value": line[metric["Name"]],
            }
            for metric in described["Metrics"]
        ],
    )
