"""Feedback over its life: sent, repeated, contradicted, withdrawn, beside recognition.

A model of what the API has been told is kept here, and every answer must fit it.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    get_state_machine_test,
    rule,
)

from bench.campaigns.bad_input.attack import Attack, Wrong
from bench.campaigns.bad_input.cases import (
    AS_JSON,
    DIGIT,
    FEEDBACK,
    KEPT,
    READ,
    RECOGNIZE,
    REPEATED,
    STROKES,
    WITHDRAWN,
    Case,
    feedback,
    post_fields,
)
from export.progress import show_progress

STEPS = 40  # of one life
LIVES = 10  # at most, at a time
PART = "stateful requests"
LABELS = st.sampled_from([*"0123456789", None])
MOVES = st.floats(-1e6, 1e6, allow_nan=False)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=8, max_size=20)


@dataclass(frozen=True, slots=True)
class Kept:
    """Feedback that the API has acknowledged."""

    case: Case
    receipt: str


def run_lives(attack: Attack, requests: int, seed_: int) -> None:
    """Send at least so many requests, life after life, each with a series of its own."""
    sent_before = attack.sent[PART]
    life = 0
    while (done := attack.sent[PART] - sent_before) < requests:
        show_progress(PART, done, requests)
        _run_some(attack, min(LIVES, -(-(requests - done) // STEPS)), seed_ + life)
        life += 1
    show_progress(PART, requests, requests)


def _run_some(attack: Attack, lives: int, seed_: int) -> None:
    class OneLife(Life):
        def __init__(self) -> None:
            super().__init__(attack)

    test = get_state_machine_test(
        OneLife,
        settings=settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    seed(seed_)(test)()


class Life(RuleBasedStateMachine):
    """Sends and compares; a fault is counted, and the life goes on."""

    kept = Bundle("kept")
    keyed = Bundle("keyed")
    gone = Bundle("gone")

    def __init__(self, attack: Attack) -> None:
        super().__init__()
        self._attack = attack

    @rule(target=kept, label=LABELS, x=MOVES, y=MOVES)
    def send(self, label: str | None, x: float, y: float) -> Kept:
        """Send feedback without a key."""
        return self._submit(_said("send", label, x, y))

    @rule(target=keyed, label=LABELS, x=MOVES, y=MOVES, key=KEYS)
    def send_with_key(self, label: str | None, x: float, y: float, key: str) -> Kept:
        """Send feedback with a key that was never used."""
        headers = AS_JSON | {"Idempotency-Key": f"{self._attack.sent.total()}-{key}"}
        return self._submit(replace(_said("send with a key", label, x, y), headers=headers))

    @rule(kept=keyed)
    def send_again(self, kept: Kept) -> None:
        """Repeat a request: it is answered with the same receipt."""
        again = self._ask(kept.case, REPEATED)
        if again.get("receipt") != kept.receipt:
            self._attack.note(Wrong.OUTCOME, kept.case, "another receipt for the same request")

    @rule(kept=keyed, label=LABELS)
    def contradict(self, kept: Kept, label: str | None) -> None:
        """Use a key with another body."""
        fields = json.loads(kept.case.body)
        if fields["label"] == label:
            fields["strokes"] = [*fields["strokes"], [[0, 0]]]
        body = json.dumps(fields | {"label": label}).encode()
        self._ask(replace(kept.case, name="contradict", body=body), "idempotency_conflict")

    @rule(target=gone, kept=consumes(kept))
    def withdraw(self, kept: Kept) -> Kept:
        """Take feedback back, once."""
        self._ask(_withdrawal("withdraw", kept.receipt), WITHDRAWN)
        return kept

    @rule(target=gone, kept=consumes(keyed))
    def withdraw_with_key(self, kept: Kept) -> Kept:
        """Take feedback back whose key is then free again; a repetition is new feedback."""
        self._ask(_withdrawal("withdraw what has a key", kept.receipt), WITHDRAWN)
        renewed = self._submit(replace(kept.case, name="send what was withdrawn"))
        self._ask(_withdrawal("withdraw that too", renewed.receipt), WITHDRAWN)
        return kept

    @rule(kept=gone)
    def withdraw_again(self, kept: Kept) -> None:
        """Take back what is gone."""
        self._ask(_withdrawal("withdraw again", kept.receipt), "not_found")

    @rule(kept=kept, letter=st.sampled_from("AZaz09_-"), at=st.integers(0, 42))
    def guess(self, kept: Kept, letter: str, at: int) -> None:
        """Withdraw with a receipt whose secret is wrong in one place."""
        head, secret = kept.receipt[:-43], kept.receipt[-43:]
        guessed = secret[:at] + letter + secret[at + 1 :]
        if guessed != secret:
            self._ask(_withdrawal("guess a receipt", head + guessed), "not_found")

    @rule(x=MOVES, y=MOVES, size=st.floats(1e-3, 1e3), single=st.booleans())
    def recognise(self, x: float, y: float, size: float, single: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        """Read the digit wherever it stands and however large it is."""
        strokes = [[[x + size * a, y + size * b] for a, b in stroke] for stroke in STROKES]
        case = post_fields("recognise", RECOGNIZE, {"strokes": strokes, "single": single}, READ)
        self._attack.send(PART, replace(case, digit=DIGIT))

    def _submit(self, case: Case) -> Kept:
        answer = self._ask(case, KEPT)
        return Kept(case, str(answer.get("receipt")))

    def _ask(self, case: Case, expected: str) -> dict[str, Any]:
        """Return the JSON of an answer; nothing where there is none."""
        answer = self._attack.send(PART, replace(case, expected=frozenset({expected})))
        found: dict[str, Any] = answer.json if answer and answer.body else {}
        return found


def _said(name: str, label: str | None, x: float, y: float) -> Case:
    strokes = [[[x + a, y + b] for a, b in stroke] for stroke in STROKES]
    return post_fields(name, FEEDBACK, feedback(strokes=strokes, label=label))


def _withdrawal(name: str, receipt: str) -> Case:
    return Case(name, "DELETE", f"{FEEDBACK}/{receipt}")
