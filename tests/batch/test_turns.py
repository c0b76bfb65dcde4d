"""The order in which messages are taken, so that none is parked for another one's sake."""

from typing import Any

import pytest

from chalicelib.batch import answers
from chalicelib.batch.function import answer_messages
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.together import Question, recognize_all
from tests.batch.conftest import PLENTY_MS, Inbox, record
from tests.batch.inputs import SEVEN, lines
from tests.http.bodies import image


def test_what_no_time_is_left_for_comes_again(inbox: Inbox) -> None:
    inbox.put("a.png", image("7"))
    records = inbox.records()
    assert inbox.hand_over(records, left_ms=1000) == [records[0]["messageId"]]
    assert inbox.results() == []


def test_what_there_was_never_time_for_goes_first_before_it_is_parked(inbox: Inbox) -> None:
    """Else new messages, each of them heavy, would take the time of every delivery."""
    old = inbox.put("old.png", image("7"))
    for number in range(3):
        inbox.put(f"{number}.png", image("7"))
    bodies = [each["body"] for each in inbox.records()]
    bodies.sort(key=lambda body: old in body)
    records = [record(str(n), b, inbox.arn, 4 if old in b else 1) for n, b in enumerate(bodies)]
    left_ms = iter([PLENTY_MS, 0, 0, 0])
    answer = answer_messages({"Records": records}, inbox.recognizer, lambda: next(left_ms))
    assert len(answer["batchItemFailures"]) == 3
    assert [result["input"] for result in inbox.results()] == [old]


class Ended(BaseException):
    """What is read ends the process."""


def test_what_ends_the_process_keeps_none_that_comes_with_it(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch comes again as it was, so what stands behind would be parked with what ends it."""
    read = recognize_all

    def end(recognizer: Recognizer, questions: list[Question]) -> Any:
        if any(question.candidates == 9 for question in questions):
            raise Ended
        return read(recognizer, questions)

    monkeypatch.setattr(answers, "recognize_all", end)
    ending = inbox.put("ending", lines({**SEVEN, "candidates": 9}))
    keys = {inbox.put(f"{n}.png", image()) for n in range(6)}
    bodies = [each["body"] for each in inbox.records()]
    bodies.sort(key=lambda body: ending in body)
    bodies.insert(3, bodies.pop())
    for times in (1, 2, 3):
        records = [record(str(n), b, inbox.arn, times) for n, b in enumerate(bodies)]
        with pytest.raises(Ended):
            inbox.hand_over(records)
    assert {r["input"] for r in inbox.results()} == keys
