"""What a person decides is in the store at once, and comes back as it was."""

import itertools
import json

import numpy as np

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from bench.own_digits import own_digits
from bench.reviewed import (
    ACCEPTED,
    REJECTED,
    WAITING,
    id_of,
    lying,
    review_of,
    send,
    send_alike,
    send_claims,
)
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.heads import Head
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.open import open_store
from chalicelib.stores.store import Store
from export.command import MODELS_FOLDER
from export.review.items import SENTENCES
from export.review.session import Decision
from tests.learning.submissions import stored


def test_each_decision_is_in_the_store_when_it_returns(store: Store) -> None:
    one, two, three, four = map(id_of, send_claims(store, "1", "2", "3", "4"))
    review = review_of(store)
    review.decide([one], Decision.ACCEPT)
    review.decide([two], Decision.RELABEL, "5")
    review.decide([three], Decision.RELABEL, None)
    review.decide([four], Decision.REJECT)
    assert lying(store) == {
        one: (ACCEPTED, "1"),
        two: (ACCEPTED, "5"),
        three: (ACCEPTED, None),
        four: (REJECTED, "4"),
    }
    shelf = FeedbackShelf(store)
    verdicts = [f.record.verdict for f in shelf.read_all(shelf.places(ACCEPTED))]
    assert {(v.by, v.reason) for v in verdicts if v} == {("ann", "reviewed")}
    assert review.queue.counts == {WAITING: 0, ACCEPTED: 3, REJECTED: 1}


def test_undo_takes_back_step_by_step(store: Store) -> None:
    ids = list(map(id_of, send_claims(store, "1", "2", "3")))
    review = review_of(store)
    review.decide(ids[:2], Decision.REJECT)
    review.decide([ids[0]], Decision.RELABEL, "9")
    assert lying(store)[ids[0]] == (ACCEPTED, "9")
    assert [item.id for item in review.undo().moved] == [ids[0]]
    assert lying(store)[ids[0]] == (REJECTED, "1")
    review.undo()
    assert set(lying(store).values()) == {(WAITING, "1"), (WAITING, "2"), (WAITING, "3")}
    assert review.undoable == 0
    assert review.undo().moved == []


def test_a_step_decided_in_parts_is_undone_as_one_in_parts(store: Store) -> None:
    ids = list(map(id_of, send_claims(store, "1", "2", "3", "4")))
    review = review_of(store)
    for part in (ids[:2], ids[2:]):
        review.decide(part, Decision.ACCEPT, step="a step")
    assert review.undoable == 1
    assert len(review.undo(3).moved) == 3
    assert review.undoable == 1
    assert len(review.undo(3).moved) == 1
    assert {status for status, _ in lying(store).values()} == {WAITING}


def test_what_was_withdrawn_meanwhile_is_told_and_stays_away(store: Store) -> None:
    receipts = send_claims(store, "1", "2", "3")
    ids = list(map(id_of, receipts))
    review = review_of(store)
    FeedbackBook(store).withdraw(receipts[0])
    outcome = review.decide(ids, Decision.ACCEPT)
    assert outcome.gone == [ids[0]]
    FeedbackBook(store).withdraw(receipts[1])
    undone = review.undo()
    assert undone.gone == [ids[1]]
    assert lying(store) == {ids[2]: (WAITING, "3")}
    assert review.queue.get(ids[0]) is None


def test_of_two_reviewers_the_first_decides(store: Store) -> None:
    (one,) = map(id_of, send_claims(store, "1"))
    ann, ben = review_of(store, "ann"), review_of(store, "ben")
    assert ann.decide([one], Decision.ACCEPT).gone == []
    assert ben.decide([one], Decision.REJECT).gone == [one]
    assert lying(store) == {one: (ACCEPTED, "1")}
    assert ben.undoable == 0


def test_the_rules_decide_what_is_clear_in_one_step(store: Store) -> None:
    for strokes, label in own_digits():
        send(store, strokes, label)
    disputed = [id_of(receipt) for receipt in send_alike(store, 2, claim="1")]
    review = review_of(store)
    waiting = review.queue.of(WAITING)
    assert {item.id for item in waiting[:2]} == set(disputed), "what is disputed comes first"
    outcome = review.decide([item.id for item in waiting], Decision.RULES)
    accepted = {id_ for id_, (status, _) in lying(store).items() if status is ACCEPTED}
    assert accepted == {item.id for item in outcome.moved}
    assert len(accepted) >= 10
    assert not accepted & set(disputed)
    review.undo()
    assert {status for status, _ in lying(store).values()} == {WAITING}
    assert review.decide(accepted, Decision.RULES).moved == [], "a person has put them back"


def test_drawings_alike_are_a_cluster_and_stand_together(store: Store) -> None:
    send_claims(store, "2", "3", "4", "5")
    alike = {id_of(receipt) for receipt in send_alike(store, 4, claim="1")}
    queue = review_of(store).queue.of(WAITING)
    runs = [
        (name, {item.id for item in run})
        for name, run in itertools.groupby(queue, key=lambda item: item.cluster)
        if name
    ]
    assert [ids for _, ids in runs] == [alike]


def test_what_came_in_meanwhile_is_found_by_looking_again(store: Store) -> None:
    send_claims(store, "1")
    review = review_of(store)
    (two,) = map(id_of, send_claims(store, "2"))
    assert review.refresh() == 1
    assert review.queue.get(two)
    assert review.queue.counts[WAITING] == 2


def test_what_the_store_does_not_take_is_left_and_can_be_decided_again(
    s3: FaultyProxy, bucket: str
) -> None:
    store = open_store(f"s3://{bucket}")
    ids = list(map(id_of, send_claims(store, "1", "2")))
    review = review_of(store)
    s3.afterwards = Fault.ANSWER_403
    outcome = review.decide([ids[0]], Decision.ACCEPT)
    assert outcome.left == [ids[0]]
    assert "cannot be reached" in outcome.trouble
    assert review.undoable == 0
    s3.afterwards = Fault.NONE
    review.decide(ids, Decision.ACCEPT)
    assert {status for status, _ in lying(store).values()} == {ACCEPTED}


def test_what_is_decided_already_can_be_put_back(store: Store) -> None:
    (one,) = map(id_of, send_claims(store, "1"))
    review_of(store).decide([one], Decision.RELABEL, "2")
    later = review_of(store, "ben")
    (item,) = later.queue.of(ACCEPTED)
    assert any("ann" in fact for fact in item.facts)
    later.decide([one], Decision.RETURN)
    assert lying(store) == {one: (WAITING, "1")}


def test_what_a_sender_wrote_does_not_reach_the_terminal_as_its_commands(store: Store) -> None:
    """Such names are refused today, but may lie in a store since before."""
    send_claims(store, "1")
    ((key, data),) = [(k, d) for k, d in stored(store).items() if k.endswith(".json")]
    fields = json.loads(data)
    fields["predicted"]["model"] = "\x1b]0;title\x07cnn\u202e"
    store.put(key, json.dumps(fields).encode())
    (item,) = review_of(store).queue.of(WAITING)
    assert "\ufffd]0;title\ufffdcnn\ufffd had answered 1." in item.facts
    assert all(fact.isprintable() for fact in item.facts)


def test_a_promoted_head_answers_beside_the_model_as_trained(store: Store) -> None:
    send_claims(store, "1")
    registry = ModelRegistry.load(MODELS_FOLDER)
    entry = registry.entry("cnn")
    width = registry.model("cnn").run(np.zeros((1, 28, 28), np.float32)).features.shape[1]
    head = Head(
        model=entry.name,
        model_version=entry.version,
        model_sha256=entry.sha256,
        normalisation=entry.normalisation,
        labels=entry.labels,
        weights=np.zeros((width, 11), np.float32),
        bias=np.eye(11, dtype=np.float32)[5] * 20,
        dataset="a test",
        round="1",
        time="2026-11-21T00:00:00+00:00",
    )
    book = HeadBook(store)
    book.promote({"cnn": head}, book.read()[1], "ann", "a test", {})
    (item,) = review_of(store).queue.of(WAITING)
    said = {answer.model: (answer.version, answer.said) for answer in item.answers}
    assert said["cnn"] == (f"{entry.version}+{head.version}", "5")
    assert said["cnn-trained"] == (entry.version, "2")


def test_every_reason_is_a_sentence() -> None:
    assert all(text[0].isupper() and text.endswith(".") for text in SENTENCES.values())
