"""Sends cases one after another and counts what is wrong with the answers."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from http.client import HTTPException
from typing import Any

from bench.campaigns.bad_input.cases import READ, Case, outcome_of
from bench.campaigns.bad_input.judge import Judge
from bench.transports import Answer, Transport
from export.progress import show_progress

MOST_TOLD = 20  # faults that are printed; all are counted
SHOWN_BYTES = 120


class Wrong(StrEnum):
    """What can be wrong with an answer."""

    FAILED = "answers of 5xx"
    NONE = "requests without an answer"
    SHAPE = "answers that are not as documented, or no strict JSON"
    OUTCOME = "answers other than the one that is right"
    DIGIT = "readable pictures read as another digit"


class Attack:
    """A series of requests.

    document: what the API promises. sent: requests by part. wrong: faults by kind. acknowledged:
    how much feedback was taken and not withdrawn.
    """

    def __init__(self, transport: Transport) -> None:
        """Learn from the API itself what it promises."""
        self._transport = transport
        self.document: dict[str, Any] = transport.request("GET", "/v1/openapi.json").json
        self._judge = Judge(self.document)
        self.sent: Counter[str] = Counter()
        self.wrong: Counter[Wrong] = Counter()
        self.acknowledged = 0

    def send_all(self, part: str, cases: Iterable[Case], total: int) -> None:
        """Send cases that are counted under one name, and show how far it is."""
        for done, case in enumerate(cases, 1):
            self.send(part, case)
            show_progress(part, done, total)

    def send(self, part: str, case: Case) -> Answer | None:
        """Send one case and judge its answer; None where there came none."""
        self.sent[part] += 1
        try:
            answer = self._transport.request(case.method, case.path, case.body, case.headers)
        except (OSError, HTTPException) as error:
            self.note(Wrong.NONE, case, repr(error))
            return None
        self.acknowledged += (answer.status == 201) - (answer.status == 204)
        for wrong, why in self._faults(case, answer):
            self.note(wrong, case, why)
        return answer

    def note(self, wrong: Wrong, case: Case, why: str) -> None:
        """Count a fault; tell of the first ones, so that they can be found again."""
        self.wrong[wrong] += 1
        if self.wrong.total() <= MOST_TOLD:
            body = case.body if len(case.body) <= SHOWN_BYTES else case.body[:SHOWN_BYTES] + b"..."
            print(
                f"{wrong}: {case.name}: {why}\n  {case.method} {case.path[:SHOWN_BYTES]} "
                f"{dict(case.headers)} {body!r}",
                file=sys.stderr,
            )

    def _faults(self, case: Case, answer: Answer) -> Iterator[tuple[Wrong, str]]:
        if answer.status >= 500:
            yield Wrong.FAILED, f"{answer.status} {answer.body[:SHOWN_BYTES]!r}"
            return
        outcome = outcome_of(answer)
        if case.expected and outcome not in case.expected:
            yield Wrong.OUTCOME, f"{outcome} instead of {' or '.join(sorted(case.expected))}"
        faults = list(self._judge.faults(case.method, case.path, answer))
        if faults:
            yield Wrong.SHAPE, "; ".join(faults)
        elif case.digit and outcome == READ and digits_in(answer) != [case.digit]:
            yield Wrong.DIGIT, f"{digits_in(answer)} instead of {case.digit}"


def digits_in(answer: Answer) -> list[str]:
    """Return the best guess of each digit in an answer to a drawing."""
    return [digit["label"] for digit in answer.json["digits"]]
