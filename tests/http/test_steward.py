"""The function that rolls back, freezes and withdraws, invoked as Lambda does."""

from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.rollouts import RolloutBook
from chalicelib.recognition.rollout import Rollout
from chalicelib.stores.open import open_store
from tests.learning.heads import make_head
from tools.package.build import ROOT

WHO_AND_WHY = {"by": "ann", "reason": "reads my 7 as a 1"}


def invoke(event: Any) -> Any:
    return Client(app, project_dir=str(ROOT)).lambda_.invoke("steward", event).payload


@pytest.fixture
def book(feedback_directory: Path) -> HeadBook:
    return HeadBook(open_store(str(feedback_directory)))


def test_it_rolls_back_step_by_step_and_says_what_is_current(book: HeadBook) -> None:
    heads = [make_head(number) for number in range(2)]
    for head in heads:
        book.promote({"cnn": head}, book.read()[1], "test", "better", {})
    answer = invoke({"action": "rollback"} | WHO_AND_WHY)
    assert answer["status"] == "done"
    assert answer["current"]["heads"] == {"cnn": heads[0].sha256}
    assert invoke({"action": "rollback"} | WHO_AND_WHY)["current"]["heads"] == {}
    assert book.read()[0].heads == {}
    refused = invoke({"action": "rollback"} | WHO_AND_WHY)
    assert (refused["status"], refused["error"]) == ("refused", "NothingToRollBack")


def test_it_freezes_and_unfreezes(book: HeadBook) -> None:
    assert invoke({"action": "freeze"} | WHO_AND_WHY)["current"]["frozen"] is True
    assert book.read()[0].frozen
    assert invoke({"action": "unfreeze"} | WHO_AND_WHY)["current"]["frozen"] is False


def test_it_tells_the_history(book: HeadBook) -> None:
    book.promote({"cnn": make_head(1)}, book.read()[1], "a round", "better", {"gold": 0.99})
    invoke({"action": "freeze"} | WHO_AND_WHY)
    newest, oldest = invoke({"action": "history"})["history"]
    assert (newest["action"], newest["by"], newest["reason"]) == ("freeze", *WHO_AND_WHY.values())
    assert newest["parent"] == oldest["sha256"]
    assert oldest["figures"] == {"gold": 0.99}


def test_it_withdraws_the_candidate_of_one_model(feedback_directory: Path) -> None:
    rollouts = RolloutBook(open_store(str(feedback_directory)))
    for model in ("cnn", "perceptron"):
        rollouts.start(Rollout(model, "0a0a0a0a", "1b1b1b1b", 0.25), "bob", "a try")
    withdraw = {"action": "withdraw", "model": "cnn"} | WHO_AND_WHY
    answer = invoke(withdraw)
    assert answer["status"] == "done"
    assert answer["rollouts"].keys() == {"perceptron"}
    assert answer["rollouts"]["perceptron"]["share"] == 0.25
    assert rollouts.read()[0].rollouts.keys() == {"perceptron"}
    newest = next(rollouts.history())
    assert (newest.action, newest.by, newest.reason) == ("withdraw", *WHO_AND_WHY.values())
    refused = invoke(withdraw)
    assert (refused["status"], refused["error"]) == ("refused", "NoRollout")


@pytest.mark.parametrize(
    "event",
    [
        [],
        {},
        {"action": "promote"} | WHO_AND_WHY,
        {"action": ["rollback"]} | WHO_AND_WHY,
        {"action": "rollback"},
        {"action": "rollback", "by": "ann"},
        {"action": "rollback", "by": "ann", "reason": 7},
        {"action": "rollback", "by": "", "reason": "why"},
        {"action": "rollback", "to": "cnn"} | WHO_AND_WHY,
        {"action": "history"} | WHO_AND_WHY,
        {"action": "withdraw"} | WHO_AND_WHY,
        {"action": "withdraw", "model": 7} | WHO_AND_WHY,
        {"action": "withdraw", "model": ["cnn"]} | WHO_AND_WHY,
    ],
)
def test_anything_else_is_refused_and_changes_nothing(book: HeadBook, event: Any) -> None:
    answer = invoke(event)
    assert (answer["status"], answer["error"]) == ("refused", "InvalidField")
    assert list(book.history()) == []
