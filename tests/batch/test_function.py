"""What the function does with messages: results once, failures alone, nothing lost."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bench.candidates import MODEL, broken, copy_with_candidate
from bench.compressed import archive_of
from bench.compressed import archive_of as archive
from chalicelib.batch import answers, plan, reader
from chalicelib.batch.drawings import Asked
from chalicelib.batch.errors import UnusableInput
from chalicelib.errors import StorageUnavailable
from chalicelib.http.requests import recognize_request
from chalicelib.http.responses import readings_json
from chalicelib.limits import PART_INPUTS
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.rollout import Rollout
from chalicelib.recognition.together import Question, recognize_all
from chalicelib.stores.objects import ObjectStore
from export.batch.job import collect, count_parts, look
from export.batch.stage import Place
from tests.batch.conftest import Inbox, record
from tests.batch.inputs import SEVEN, lines
from tests.http.bodies import image, strokes


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "PART_INPUTS", 4)


def read_all_texts(inbox: Inbox) -> list[str]:
    return [result["answer"]["text"] for result in inbox.results()]


def test_an_image_is_read_and_its_result_names_it(inbox: Inbox) -> None:
    key = inbox.put("job/a seven ü+.png", image("7"))
    inbox.work()
    (result,) = inbox.results()
    assert (result["input"], result["answer"]["text"]) == (key, "7")


@pytest.mark.usefixtures("small_parts")
def test_lines_are_answered_as_the_api_answers_them(inbox: Inbox, recognizer: Recognizer) -> None:
    digits = "7317731"
    bodies = [{"strokes": strokes(d), "id": n, "candidates": 2} for n, d in enumerate(digits)]
    key = inbox.put("many.jsonl", lines(*bodies))
    inbox.work()
    results = inbox.results()
    assert [r["id"] for r in results] == list(range(7))
    assert [r["line"] for r in results] == list(range(1, 8))
    assert {r["input"] for r in results} == {key}
    for result, body in zip(results, bodies, strict=True):
        asked = recognize_request({"strokes": body["strokes"], "candidates": 2})
        readings = recognizer.recognize(asked.drawing, candidates=2)
        assert result["answer"] == json.loads(json.dumps(readings_json(readings, trace=False)))


@pytest.mark.usefixtures("small_parts")
def test_a_manifest_says_which_parts_there_are(inbox: Inbox) -> None:
    inbox.put("job/many.zip", archive((f"{n}.png", image()) for n in range(9)))
    inbox.work()
    *parts, manifest = sorted(inbox.objects())
    assert [part.rpartition("/")[2] for part in parts] == [f"{n:06d}.jsonl" for n in (1, 2, 3)]
    assert manifest.startswith("batch/out/job/")
    fields = json.loads(inbox.objects()[manifest])
    assert (fields["inputs"], fields["kind"]) == (9, "archive")
    assert [each[1:] for each in fields["parts"]] == [[1, 4], [5, 4], [9, 1]]


@pytest.mark.usefixtures("small_parts")
def test_what_is_delivered_again_is_answered_once(inbox: Inbox) -> None:
    inbox.put("many.jsonl", lines(*[SEVEN] * 9))
    inbox.put("one.png", image())
    seen: list[dict[str, Any]] = []
    while records := inbox.records():
        seen += records
        assert inbox.hand_over(records + records) == []
    before = inbox.objects()
    for _ in range(2):
        assert inbox.hand_over(seen) == []
        inbox.work()
    assert inbox.objects() == before
    assert len(inbox.results()) == 10


def test_another_content_under_the_same_key_is_another_input(inbox: Inbox) -> None:
    inbox.put("a.png", image("7"))
    inbox.work()
    inbox.put("a.png", image("3"))
    inbox.work()
    assert sorted(read_all_texts(inbox)) == ["3", "7"]


def test_a_message_that_makes_no_sense_comes_again_alone(inbox: Inbox) -> None:
    inbox.put("a.png", image("7"))
    other = {"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"object": {}}}]}
    nonsense = ["", "[]", "{}", '{"part": {}}', json.dumps(other), '{"Records": 5}']
    wrong = [record(f"wrong-{n}", body, inbox.arn) for n, body in enumerate(nonsense)]
    failed = inbox.hand_over([*wrong[:3], *inbox.records(), *wrong[3:]])
    assert failed == [each["messageId"] for each in wrong]
    assert read_all_texts(inbox) == ["7"]


def test_the_word_that_s3_sends_once_is_taken(inbox: Inbox) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": inbox.bucket})
    assert inbox.hand_over([record("test", body, inbox.arn)]) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_input"),
        (archive_of([]), "empty_input"),
        (b"GIF89a\x01\x00", "unsupported_input"),
        (b"PK\x03\x04 but no more", "invalid_archive"),
    ],
)
def test_an_input_that_cannot_be_read_has_one_result(inbox: Inbox, data: bytes, code: str) -> None:
    key = inbox.put("wrong", data)
    inbox.work()
    (result,) = inbox.results()
    assert (result["input"], result["error"]["code"]) == (key, code)
    assert result["error"]["detail"]


def test_an_input_that_went_or_changed_meanwhile_is_said_so(inbox: Inbox) -> None:
    gone, changed = inbox.put("gone.png", image()), inbox.put("changed.png", image("7"))
    first = inbox.records()
    inbox.s3.delete_object(Bucket=inbox.bucket, Key=gone)
    inbox.put("changed.png", image("3"))
    assert inbox.hand_over(first) == []
    assert {r["input"]: r["error"]["code"] for r in inbox.results()} == {
        gone: "input_gone",
        changed: "input_changed",
    }
    inbox.work()
    (read,) = [r for r in inbox.results() if "answer" in r]
    assert read["answer"]["text"] == "3"


@pytest.mark.parametrize("meanwhile", [None, image("3")])
def test_what_was_missed_is_read_when_it_is_put_again(
    inbox: Inbox, meanwhile: bytes | None
) -> None:
    key = inbox.put("a.png", image("7"))
    first = inbox.records()
    if meanwhile:
        inbox.put("a.png", meanwhile)
    else:
        inbox.s3.delete_object(Bucket=inbox.bucket, Key=key)
    assert inbox.hand_over(first) == []
    inbox.put("a.png", image("7"))
    inbox.work()
    assert inbox.hand_over(first) == []
    assert "7" in [r["answer"]["text"] for r in inbox.results() if "answer" in r]


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_was_missed_is_read_when_its_input_is_put_again(inbox: Inbox) -> None:
    place, many = Place(inbox.bucket), lines(*[SEVEN] * 6)
    key = inbox.put("job/many.jsonl", many)
    inbox.hand_over(inbox.records())
    first, second = inbox.records()
    inbox.hand_over([first])
    inbox.s3.delete_object(Bucket=inbox.bucket, Key=key)
    inbox.hand_over([second])
    inbox.put("job/many.jsonl", many)
    assert count_parts(place, look(place, "job"), {}) == (1, 2)
    inbox.work()
    assert count_parts(place, look(place, "job"), {}) == (2, 2)
    found = io.BytesIO()
    assert collect(place, "job", found, lambda *_: None) == (6, ())
    assert b"error" not in found.getvalue()


@pytest.mark.usefixtures("small_parts")
def test_a_part_whose_input_went_meanwhile_tells_for_how_many(inbox: Inbox) -> None:
    key = inbox.put("many.jsonl", lines(*[SEVEN] * 6))
    inbox.hand_over(inbox.records())
    inbox.s3.delete_object(Bucket=inbox.bucket, Key=key)
    inbox.work()
    assert [(r["first"], r["drawings"]) for r in inbox.results()] == [(1, 4), (5, 2)]
    assert {r["error"]["code"] for r in inbox.results()} == {"input_gone"}


def test_a_storage_that_fails_loses_nothing(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {inbox.put(f"{n}.png", image()) for n in range(3)}
    broken = next(iter(keys))
    put = ObjectStore.put_once

    def fail(self: ObjectStore, key: str, data: bytes) -> bool:
        if broken.encode() in data:
            raise StorageUnavailable("put")
        return put(self, key, data)

    monkeypatch.setattr(ObjectStore, "put_once", fail)
    records = inbox.records()
    failed = inbox.hand_over(records)
    assert len(failed) == 1
    assert {r["input"] for r in inbox.results()} == keys - {broken}
    monkeypatch.setattr(ObjectStore, "put_once", put)
    assert inbox.hand_over([r for r in records if r["messageId"] in failed]) == []
    assert {r["input"] for r in inbox.results()} == keys


def test_a_fault_of_ours_in_one_drawing_keeps_no_other(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = recognize_all

    def fail(recognizer: Recognizer, questions: list[Question]) -> Any:
        if any(question.candidates == 9 for question in questions):
            raise ZeroDivisionError
        return read(recognizer, questions)

    monkeypatch.setattr(answers, "recognize_all", fail)
    inbox.put("lines", lines(SEVEN, {**SEVEN, "candidates": 9}, SEVEN))
    inbox.work()
    one, two, three = inbox.results()
    assert two["error"] == {"code": "internal_error", "detail": ""}
    assert one["answer"] == three["answer"]


def test_a_candidate_that_fails_and_is_named_keeps_no_other_line(tmp_path: Path) -> None:
    registry = copy_with_candidate(tmp_path / "models", broken)
    versions = registry.entry(MODEL).version, registry.candidates[MODEL].version
    rollouts = {MODEL: Rollout(MODEL, *versions, share=0.0)}
    recognizer = Recognizer(registry, rollouts=lambda: rollouts)
    requests = [recognize_request(SEVEN | more) for more in ({}, {"model": "cnn-candidate"}, {})]
    one, two, three = answers.answer_all(recognizer, [Asked({}, request) for request in requests])
    assert two.outcome["error"]["code"] == "unavailable"
    assert one.outcome["answer"]["text"] == three.outcome["answer"]["text"] == "7"


def test_small_inputs_are_read_together(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = recognize_all

    def count(recognizer: Recognizer, questions: list[Question]) -> Any:
        asked.append(len(questions))
        return read(recognizer, questions)

    monkeypatch.setattr(answers, "recognize_all", count)
    for n in range(5):
        inbox.put(f"{n}.png", image())
    inbox.work()
    assert asked == [5]


def test_unsure_digits_are_shown_as_the_model_saw_them(inbox: Inbox) -> None:
    scribble = {"strokes": [[[0, 0], [9, 90], [5, 3], [80, 80], [3, 70], [90, 5]]]}
    inbox.put("lines", lines(SEVEN, scribble))
    inbox.work()
    sure, unsure = inbox.results()
    assert "doubtful" not in sure
    assert [each["digit"] for each in unsure["doubtful"]] == [0]
    assert unsure["doubtful"][0]["seen"].startswith("data:image/png;base64,")


def test_every_way_of_being_unusable_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in UnusableInput.__subclasses__()]
    assert len(set(codes)) == len(codes) >= 10
    assert reader.FEW < PART_INPUTS
