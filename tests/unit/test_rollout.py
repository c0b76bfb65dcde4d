"""A candidate in the shadow, with a share, promoted: who answers what, and that nothing fails."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from bench.candidates import MODEL, answering, broken, copy_with_candidate
from chalicelib.errors import CandidateFailed, EmptyDrawing, UnknownModel
from chalicelib.recognition.classifier import Classifier, Outputs
from chalicelib.recognition.drawing import Drawing, InkDrawing, Picture, StrokeDrawing
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.recognition.rollout import Answered, Compared, Failed, Mode, Rollout, Sighting
from chalicelib.recognition.together import Question, recognize_all
from tests.unit.digits import DIGITS, SEVEN

DRAWINGS = 2_000
SEED = 18


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """Return the published models, with a candidate of cnn that takes everything for a 4."""
    return copy_with_candidate(tmp_path_factory.mktemp("four") / "models", answering(4))


@pytest.fixture(scope="module")
def no_numbers(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """Return them with a candidate whose probabilities are no numbers."""
    return copy_with_candidate(tmp_path_factory.mktemp("broken") / "models", broken)


def rollout_of(registry: ModelRegistry, share: float) -> Rollout:
    return Rollout(MODEL, registry.entry(MODEL).version, registry.candidates[MODEL].version, share)


class Trial:
    """A recognizer with a rollout on, and what its witness was told."""

    def __init__(self, registry: ModelRegistry, share: float) -> None:
        rollouts = {MODEL: rollout_of(registry, share)}
        self.seen: list[Sighting] = []
        self.recognizer = Recognizer(
            registry, rollouts=lambda: rollouts, witness=lambda _, seen: self.seen.append(seen)
        )

    def read(self, drawing: Drawing, model: str | None = None) -> Mapping[str, str]:
        """Return what is read by the names of those that were asked."""
        readings = self.recognizer.recognize(drawing, model=model)
        return {reading.model: reading.text for reading in readings}


def drawings(count: int) -> list[Drawing]:
    """Return 7s that tremble, as strokes and as ink."""
    rng = np.random.default_rng(SEED)
    print("seed", SEED)
    strokes = [
        StrokeDrawing(tuple(s + rng.normal(0, 1, s.shape) for s in SEVEN)) for _ in range(count)
    ]
    return [*strokes, *(InkDrawing(rng.random((28, 28), np.float32)) for _ in range(count))]


def test_without_a_rollout_a_candidate_is_not_even_opened(tmp_path: Path) -> None:
    registry = copy_with_candidate(tmp_path / "models", answering(4))
    (tmp_path / "models" / registry.candidates[MODEL].file).write_bytes(b"damaged")
    recognizer = Recognizer(registry)
    readings = recognizer.recognize(StrokeDrawing(SEVEN), model="all")
    assert [reading.text for reading in readings] == ["7", "7"]
    assert tuple(recognizer.variants()) == registry.names
    with pytest.raises(UnknownModel):
        recognizer.variant("cnn-candidate")


def test_a_shadow_is_compared_and_shown_to_nobody(registry: ModelRegistry) -> None:
    trial = Trial(registry, 0)
    for model, names in ((None, ["cnn"]), ("all", ["cnn", "perceptron"])):
        assert trial.read(StrokeDrawing(SEVEN), model) == dict.fromkeys(names, "7")
        (seen,) = trial.seen
        assert isinstance(seen, Compared)
        assert (seen.digits, seen.labels, seen.statuses) == (1, 1, 0)
        assert 0 <= seen.change < 0.01
        trial.seen.clear()
    trial.read(StrokeDrawing(SEVEN), "perceptron")
    assert trial.seen == [], "what was not asked is not compared"


def test_several_digits_are_compared_one_by_one(registry: ModelRegistry) -> None:
    trial = Trial(registry, 0)
    both = (*SEVEN, *(stroke + np.array([[200.0, 0.0]]) for stroke in DIGITS["3"]))
    assert trial.read(StrokeDrawing(both)) == {"cnn": "73"}
    (seen,) = trial.seen
    assert isinstance(seen, Compared)
    assert (seen.digits, seen.labels) == (2, 2)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_share_of_drawings_is_answered_by_the_candidate(
    registry: ModelRegistry, share: float
) -> None:
    """As many as asked for, within four standard deviations, of strokes and of ink."""
    rollout, all_drawn = rollout_of(registry, share), drawings(DRAWINGS)
    for kind in (all_drawn[:DRAWINGS], all_drawn[DRAWINGS:]):
        taken = np.mean([rollout.takes(drawing) for drawing in kind])
        assert abs(taken - share) < 4 * (share * (1 - share) / DRAWINGS) ** 0.5


def test_a_drawing_stays_on_its_side_and_with_the_candidate_while_the_share_grows(
    registry: ModelRegistry,
) -> None:
    drawn = drawings(200)
    sides = [[rollout_of(registry, s).takes(d) for d in drawn] for s in (0, 0.2, 0.2, 0.6, 1)]
    assert not any(sides[0])
    assert sides[1] == sides[2]
    assert all(after or not before for before, after in zip(sides[1], sides[3], strict=True))
    assert all(sides[4])
    other = rollout_of(registry, 0.5)._replace(candidate="another")
    assert [other.takes(d) for d in drawn] != [rollout_of(registry, 0.5).takes(d) for d in drawn]


def test_who_has_answered_is_named_and_counted(registry: ModelRegistry) -> None:
    trial = Trial(registry, 0.5)
    rollout = rollout_of(registry, 0.5)
    for drawing in drawings(20)[:20]:
        taken = rollout.takes(drawing)
        for model in (None, MODEL, "all"):
            first, *_ = trial.recognizer.recognize(drawing, model=model)
            assert first.model == MODEL
            assert first.version == (rollout.candidate if taken else rollout.live)
            assert first.text == ("4" if taken else "7")
        assert trial.seen == [Answered()] * (3 * taken)
        assert trial.recognizer.default(drawing).version == first.version
        trial.seen.clear()


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_each_version_can_be_asked_by_a_name_of_its_own(
    registry: ModelRegistry, share: float
) -> None:
    trial = Trial(registry, share)
    for drawing in drawings(4)[:4]:
        assert trial.read(drawing, "cnn-live") == {"cnn-live": "7"}
        assert trial.read(drawing, "cnn-candidate") == {"cnn-candidate": "4"}
    assert "cnn-candidate" not in trial.read(StrokeDrawing(SEVEN), "all")
    with pytest.raises(UnknownModel, match="cnn-candidate"):
        trial.read(StrokeDrawing(SEVEN), "oracle")


def test_a_promoted_candidate_is_the_model(registry: ModelRegistry) -> None:
    trial = Trial(registry, 1)
    assert trial.read(StrokeDrawing(SEVEN), "all") == {"cnn": "4", "perceptron": "7"}
    assert trial.recognizer.variant(MODEL).version == registry.candidates[MODEL].version
    assert trial.seen == []


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_in_bulk_no_candidate_is_tried(registry: ModelRegistry, share: float) -> None:
    """A job's results are of one version: the one that is promoted, or that is named."""
    trial = Trial(registry, share)
    drawn = drawings(10)[:10]
    for model, expected in ((None, "47"[share < 1]), ("cnn-candidate", "4"), ("cnn-live", "7")):
        answers = recognize_all(trial.recognizer, [Question(d, model) for d in drawn])
        texts = [answer[0].text for answer in answers if not isinstance(answer, Exception)]
        assert texts == [expected] * len(drawn)
    assert trial.seen == []


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_candidate_whose_answers_are_no_numbers_fails_no_answer(
    no_numbers: ModelRegistry, share: float
) -> None:
    trial, rollout = Trial(no_numbers, share), rollout_of(no_numbers, share)
    for drawing in drawings(10)[:10]:
        assert trial.read(drawing, "all") == {"cnn": "7", "perceptron": "7"}
        tried = rollout.takes(drawing) or rollout.mode is Mode.SHADOW
        assert [type(seen) for seen in trial.seen] == [Failed] * tried
        trial.seen.clear()


@pytest.mark.parametrize("share", [0, 1])
def test_a_candidate_that_raises_fails_no_answer(
    registry: ModelRegistry, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(registry, share)
    candidate, run = registry.network(registry.candidates[MODEL]), Classifier.run

    def fail(self: Classifier, pictures: Picture) -> Outputs:
        if self is candidate:
            raise MemoryError
        return run(self, pictures)

    monkeypatch.setattr(Classifier, "run", fail)
    assert trial.read(StrokeDrawing(SEVEN)) == {"cnn": "7"}
    (seen,) = trial.seen
    assert isinstance(seen, Failed)
    assert isinstance(seen.error, MemoryError)


@pytest.mark.parametrize("share", [0, 0.999_999])
def test_a_witness_that_fails_fails_no_answer(
    registry: ModelRegistry, share: float, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(rollout: Rollout, seen: Sighting) -> None:
        raise OSError(28, f"no space left for {rollout} {seen}")

    rollouts = {MODEL: rollout_of(registry, share)}
    recognizer = Recognizer(registry, rollouts=lambda: rollouts, witness=fail)
    assert recognizer.recognize(StrokeDrawing(SEVEN))[0].text == ("4" if share else "7")
    assert len(caplog.records) == 1


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_candidate_that_fails_and_was_asked_by_its_own_name_says_so(
    no_numbers: ModelRegistry, share: float
) -> None:
    """Counted once; the names of others answer."""
    trial = Trial(no_numbers, share)
    for model in (MODEL, "cnn-live", "perceptron", "all"):
        assert set(trial.read(StrokeDrawing(SEVEN), model).values()) == {"7"}
    trial.seen.clear()
    with pytest.raises(CandidateFailed, match="ask cnn itself") as failure:
        trial.read(StrokeDrawing(SEVEN), "cnn-candidate")
    (seen,) = trial.seen
    assert isinstance(seen, Failed)
    assert seen.error is failure.value.error


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_on_pictures_alone_a_failing_candidate_gives_way_unless_it_was_asked_for(
    no_numbers: ModelRegistry, share: float
) -> None:
    trial, pictures = Trial(no_numbers, share), np.zeros((2, 28, 28), np.float32)
    live, candidate = no_numbers.entry(MODEL).version, no_numbers.candidates[MODEL].version
    for asked in ((MODEL,), ("cnn-live",), (MODEL, live)):
        variant, probabilities = trial.recognizer.infer(pictures, *asked)
        assert variant.version == live
        assert probabilities.shape == (2, 11)
    assert [type(seen) for seen in trial.seen] == [Failed] * (share == 1)
    trial.seen.clear()
    for asked in (("cnn-candidate",), (MODEL, candidate)):
        with pytest.raises(CandidateFailed):
            trial.recognizer.infer(pictures, *asked)
    assert [type(seen) for seen in trial.seen] == [Failed] * 2


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_drawings_read_together_are_answered_though_a_candidate_fails(
    no_numbers: ModelRegistry, share: float
) -> None:
    """Only whoever asked for it by its own name gets none."""
    trial = Trial(no_numbers, share)
    names = (None, "all", "cnn-candidate", "cnn-live", "perceptron")
    questions = [Question(StrokeDrawing(SEVEN), model) for model in names]
    *first, failed, live, perceptron = recognize_all(trial.recognizer, questions)
    for answer in (*first, live, perceptron):
        assert not isinstance(answer, Exception)
        assert {reading.text for reading in answer} == {"7"}
    assert isinstance(failed, CandidateFailed)
    assert [type(seen) for seen in trial.seen] == [Failed]


def test_a_live_model_that_fails_is_not_taken_for_its_candidate(
    registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(registry, 0)
    live, run = registry.model(MODEL), Classifier.run

    def fail(self: Classifier, pictures: Picture) -> Outputs:
        if self is live:
            raise MemoryError
        return run(self, pictures)

    monkeypatch.setattr(Classifier, "run", fail)
    with pytest.raises(MemoryError):
        trial.read(StrokeDrawing(SEVEN))
    with pytest.raises(MemoryError):
        trial.recognizer.infer(np.zeros((1, 28, 28), np.float32), MODEL)
    assert trial.seen == []


@pytest.mark.parametrize("share", [0, 1])
def test_what_is_the_drawings_fault_stays_so(registry: ModelRegistry, share: float) -> None:
    trial = Trial(registry, share)
    with pytest.raises(EmptyDrawing):
        trial.read(InkDrawing(np.zeros((28, 28), np.float32)))
    assert trial.seen == []
