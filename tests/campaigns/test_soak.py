"""A soak, in short: nothing grows, nothing is left, and what does leak is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.campaigns import soak
from bench.emulator.worker import Function
from bench.outcome import Fact

SIZE, SEED = 400, 7  # requests for a prediction
LEAKING = """
import os
import tempfile

from app import app as real

held = []

def app(event, context):
    path = event["requestContext"]["resourcePath"]
    if path == "/v1/recognize":
        held.append(os.urandom(100_000))
    else:
        held.append(tempfile.NamedTemporaryFile())
    return real(event, context)
"""


@pytest.fixture
def leaking(function: Function, tmp_path: Path) -> Function:
    """Return the package with a leak: of memory, and at each feedback of an open file."""
    (tmp_path / "leaking.py").write_text(LEAKING)
    variables = {**function.variables, "PYTHONPATH": str(tmp_path)}
    return replace(function, handler="leaking.app", variables=variables)


def broken(facts: list[Fact]) -> set[str]:
    return {fact.what for fact in facts if not fact.held}


def test_a_worker_holds_no_more_in_the_end_than_after_its_warm_up(function: Function) -> None:
    print("seed", SEED)
    assert broken(soak.run_on(function, SIZE, SEED)) == set()


def test_a_leak_is_noticed(leaking: Function) -> None:
    assert broken(soak.run_on(leaking, SIZE, SEED)) == {
        "growth of memory since",
        "more file descriptors",
        "temporary files left",
    }
