"""Load, in short: what is refused, what is answered, and what is kept; not how quickly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.campaigns import load
from bench.campaigns.load.facts import Phases, facts_of, recovery_s
from bench.campaigns.load.lines import Reply
from bench.campaigns.load.sender import Sent, Verdict, is_proper_refusal
from bench.campaigns.load.traffic import Kind
from bench.emulator.gateway_responses import ALL_BUSY, THROTTLED, GatewayResponses
from bench.emulator.worker import Function
from bench.outcome import Fact
from chalicelib.stores.open import VARIABLE

SIZE, SEED, WORKERS = 1, 7, 20  # SIZE in seconds of the steady rate
# Where others hold the machine up, latency grows, and the steady rate finds all workers busy.
OF_A_BUSY_MACHINE = {"answers of 5xx"}
# One answer in ten is that to another drawing, one piece of feedback in three is not kept.
FORGETFUL = """
import json
from app import app as real

answers, told = [], []

def app(event, context):
    answer = real(event, context)
    path = event["requestContext"]["resourcePath"]
    if path == "/v1/recognize":
        answers.append(answer)
        return answers[-2] if len(answers) > 200 and len(answers) % 10 == 0 else answer
    if path == "/v1/feedback" and len(told) % 3 == 0:
        receipt = json.loads(answer["body"])["receipt"]
        withdrawal = event | {"httpMethod": "DELETE", "pathParameters": {"receipt": receipt}}
        withdrawal["requestContext"] = {
            **event["requestContext"],
            "httpMethod": "DELETE",
            "resourcePath": "/v1/feedback/{receipt}",
        }
        real(withdrawal, context)
    told.append(path)
    return answer
"""
PHASES = Phases(steady_a_s=10, overload_a_s=40, steady_s=4, overload_s=2, after_s=4)


def own(function: Function, folder: Path) -> Function:
    """Return a function whose feedback is in a folder of its own."""
    variables = {**function.variables, VARIABLE: str(folder / "feedback")}
    return replace(function, variables=variables)


def broken(facts: list[Fact]) -> set[str]:
    """Return what did not hold, times left out: they are those of a machine that is shared."""
    return {fact.what for fact in facts if not fact.held and fact.unit not in ("ms", "s")}


def test_load_is_answered_or_refused_in_good_order(
    function: Function, package: Path, tmp_path: Path
) -> None:
    print("seed", SEED)
    facts = load.run_on(own(function, tmp_path), package / "template.json", SIZE, SEED, WORKERS)
    assert broken(facts) <= OF_A_BUSY_MACHINE


def test_wrong_answers_and_lost_feedback_are_noticed(
    function: Function, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "LEAST_OVERLOAD_S", 1.0)  # it is not the limit that is looked at
    (tmp_path / "forgetful.py").write_text(FORGETFUL)
    forgetful = own(function, tmp_path)
    variables = {**forgetful.variables, "PYTHONPATH": str(tmp_path)}
    forgetful = replace(forgetful, handler="forgetful.app", variables=variables)
    facts = load.run_on(forgetful, package / "template.json", SIZE, SEED, WORKERS)
    assert {
        "answers that are neither right nor such refusals",
        "kept feedback that is lost",
    } <= broken(facts)


def test_the_gateways_refusals_are_proper_and_fewer_headers_are_not(package: Path) -> None:
    responses = GatewayResponses.of_template(package / "template.json")
    for refusal in (THROTTLED, ALL_BUSY):
        status, headers, body = responses.answer(refusal)
        assert is_proper_refusal(reply(status, headers, body))
        for name in ("Retry-After", "Access-Control-Allow-Origin", "Content-Type"):
            fewer = {each: value for each, value in headers.items() if each != name}
            assert not is_proper_refusal(reply(status, fewer, body)), name
        assert not is_proper_refusal(reply(status, headers, b'{"message": "Too Many Requests"}'))
        assert not is_proper_refusal(reply(status, headers, b""))


def reply(status: int, headers: dict[str, str], body: bytes) -> Reply:
    head = "\r\n".join([f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in headers.items())])
    return Reply(status, head.encode(), body)


def sent(due_s: float, latency_s: float = 0.01, status: int = 200) -> Sent:
    verdict = Verdict.RIGHT if status == 200 else Verdict.REFUSED
    return Sent(Kind.HEALTH, due_s, due_s, due_s + latency_s, status, verdict)


def test_a_slow_steady_time_is_noticed() -> None:
    times = [i / 10 for i in range(40)]
    slow = [sent(each, 0.2 if each > 3.9 else 0.01) for each in times]
    (p99,) = [
        fact for fact in facts_of(slow, PHASES) if fact.what == "99 in 100 are answered within"
    ]
    assert p99.held
    slow = [sent(each, 0.2 if each > 3.5 else 0.01) for each in times]
    (p99,) = [
        fact for fact in facts_of(slow, PHASES) if fact.what == "99 in 100 are answered within"
    ]
    assert not p99.held


def test_an_error_while_steady_is_noticed() -> None:
    facts = facts_of([sent(1.0), sent(2.0, status=503)], PHASES)
    assert "answers of 5xx" in broken(facts)


@pytest.mark.parametrize(
    ("after", "expected_s"),
    [
        ([sent(6.5), sent(7.5)], 1.0),
        ([sent(6.5, status=429), sent(7.5)], 2.0),
        ([sent(6.5, latency_s=0.2), sent(7.5, latency_s=0.2), sent(8.5)], 3.0),
        ([sent(6.5, status=503)], 5.0),  # never, in four seconds
    ],
)
def test_recovery_is_the_first_second_that_is_as_before(
    after: list[Sent], expected_s: float
) -> None:
    assert recovery_s(after, PHASES) == expected_s


def test_arrivals_are_those_of_the_phases() -> None:
    times = np.array(PHASES.times_s(np.random.default_rng(SEED)))
    assert (np.diff(times) >= 0).all()
    steady, overload = (times < 4).sum() / 4, ((times >= 4) & (times < 6)).sum() / 2
    assert steady == pytest.approx(10, rel=0.5)
    assert overload == pytest.approx(40, rel=0.5)
