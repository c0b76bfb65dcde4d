"""The short form of the campaign against bad input, and that it notices what it looks for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app import app
from bench.campaigns import bad_input
from bench.campaigns.bad_input.attack import Attack, Wrong
from bench.campaigns.bad_input.cases import DIGIT, READ, RECOGNIZE, STROKES, post_fields
from bench.campaigns.bad_input.judge import Judge, strict_json
from bench.campaigns.bad_input.stateful import run_lives
from bench.transports import Answer, GatewayTransport, Transport
from chalicelib.http import requests
from chalicelib.http.openapi import openapi_document
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.recognition.recognizer import Recognizer

SEED = 7
SHORT = 200  # of 20,000 requests
SOUND = replace(post_fields("", RECOGNIZE, {"strokes": STROKES}, READ), digit=DIGIT)


class Changed:
    """The app, whose answers are changed on their way."""

    def __init__(self, change: Callable[[Answer], Answer]) -> None:
        self._transport = GatewayTransport(app)
        self.change: Callable[[Answer], Answer] = lambda answer: answer
        self.later = change

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request."""
        return self.change(self._transport.request(method, path, body, headers))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the app of this process keeps feedback."""
    monkeypatch.setenv("INKLING_FEEDBACK", str(tmp_path / "feedback"))
    return tmp_path / "feedback"


def test_bad_input_is_answered_as_documented(folder: Path) -> None:
    print("seed", SEED)
    attack = Attack(GatewayTransport(app))
    bad_input.run_parts(attack, SHORT, SEED)
    facts = [*bad_input.facts(attack), bad_input.stored_fact(attack, folder)]
    assert [str(fact) for fact in facts if not fact.held] == []
    assert attack.sent.total() > 5 * bad_input.FEWEST
    assert attack.acknowledged > 0


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda a: replace(a, status=500), Wrong.FAILED),
        (lambda a: replace(a, status=204), Wrong.SHAPE),
        (lambda a: replace(a, body=a.body[:-1]), Wrong.SHAPE),
        (lambda a: replace(a, body=a.body.replace(b'"text":', b'"words":')), Wrong.SHAPE),
        (lambda a: replace(a, body=b'{"text":"7",' + a.body[1:]), Wrong.SHAPE),
        (lambda a: replace(a, body=a.body.replace(b'"x":', b'"x":NaN,"w":')), Wrong.SHAPE),
        (lambda a: replace(a, headers={**a.headers, "content-type": "text/html"}), Wrong.SHAPE),
        (lambda a: replace(a, headers={**a.headers, "x-injected": "1"}), Wrong.SHAPE),
        (lambda a: replace(a, headers={**a.headers, "x-request-id": ""}), Wrong.SHAPE),
        (lambda a: replace(a, body=a.body.replace(b'"label":"7"', b'"label":"1"')), Wrong.DIGIT),
    ],
)
def test_an_answer_that_is_wrong_is_noticed(
    change: Callable[[Answer], Answer], wrong: Wrong
) -> None:
    changed = Changed(change)
    attack = Attack(changed)
    attack.send("sound", SOUND)
    assert attack.wrong.total() == 0
    changed.change = change
    attack.send("changed", SOUND)
    assert attack.wrong[wrong] == 1


def test_a_documented_header_that_is_missing_is_noticed() -> None:
    judge = Judge(openapi_document())
    answer = GatewayTransport(app).request("GET", "/v1/models")
    assert list(judge.faults("GET", "/v1/models", answer)) == []
    headers = {name: value for name, value in answer.headers.items() if name != "etag"}
    faults = list(judge.faults("GET", "/v1/models", replace(answer, headers=headers)))
    assert faults == ["the header etag is missing"]


def test_another_outcome_than_the_right_one_is_noticed() -> None:
    attack = Attack(GatewayTransport(app))
    attack.send("", replace(SOUND, expected=frozenset({"invalid_field"})))
    assert attack.wrong[Wrong.OUTCOME] == 1


def test_a_server_that_is_gone_is_noticed() -> None:
    class Gone(Changed):
        def fail(self, _answer: Answer) -> Answer:
            raise ConnectionResetError

    gone = Gone(lambda answer: answer)
    attack = Attack(gone)
    gone.change = gone.fail
    assert attack.send("", SOUND) is None
    assert attack.wrong[Wrong.NONE] == 1


def test_python_s_own_json_is_found_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - the folder is wanted
    """A parser that takes NaN, half characters and names twice does not pass."""
    monkeypatch.setattr(requests, "parse_json", json.loads)
    attack = _attack_with(GatewayTransport(app), "JSON documents")
    assert attack.wrong[Wrong.OUTCOME] > 0
    assert attack.wrong[Wrong.FAILED] > 0


def test_a_recognizer_that_guesses_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    recognize = Recognizer.recognize

    def guess(self: Recognizer, *drawing: object, **options: object) -> object:
        (reading,) = recognize(self, *drawing, **options)  # type: ignore[arg-type]  # handed on as it came
        digits = tuple(d._replace(label="1") for d in reading.digits)
        return (reading._replace(digits=digits),)

    monkeypatch.setattr(Recognizer, "recognize", guess)
    attack = _attack_with(GatewayTransport(app), "readable images")
    assert attack.wrong[Wrong.DIGIT] > 0


def test_a_book_that_forgets_is_found_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Withdrawal that removes nothing shows in the lives, and in the store."""
    monkeypatch.setattr(FeedbackBook, "withdraw", lambda _book, _receipt: None)
    attack = Attack(GatewayTransport(app))
    run_lives(attack, 200, SEED)
    assert attack.wrong[Wrong.OUTCOME] > 0
    assert not bad_input.stored_fact(attack, folder).held


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 2}', b"[NaN]", b"[-Infinity]", b"\xff", b"[1],"])
def test_what_is_no_strict_json_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json(body)


def _attack_with(transport: Transport, part: str) -> Attack:
    attack = Attack(transport)
    cases = bad_input.fixed_part(part, 0.05, SEED)
    attack.send_all(part, cases, len(cases))
    return attack
