"""The campaign of drawings in bulk, in short; and that it notices what is wrong."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.campaigns import bulk
from bench.campaigns.bulk.inputs import BROKEN_SHARE, Inputs, make_inputs
from bench.campaigns.bulk.tally import Tally, answer_alone, count_results
from chalicelib.recognition.recognizer import Recognizer
from chalicelib.recognition.registry import ModelRegistry
from export.command import MODELS_FOLDER

SEED = 5
PREFIX = "batch/in/job/"


@pytest.fixture(scope="module")
def alone() -> Recognizer:
    return Recognizer(ModelRegistry.load(MODELS_FOLDER))


def results_of(inputs: Inputs, alone: Recognizer) -> Iterator[bytes]:
    """Yield right results for all inputs."""
    for (name, place), code in inputs.codes.items():
        where = {"line" if isinstance(place, int) else "entry": place} if place else {}
        body = inputs.sound.get((name, place))
        answer = {"answer": answer_alone(alone, body) if body else {}}
        outcome = {"error": {"code": code}} if code else answer
        yield json.dumps({"input": PREFIX + name, **where, **outcome}).encode()


def test_the_tally_notices_what_is_lost_doubled_or_wrong(alone: Recognizer) -> None:
    inputs = make_inputs(300, np.random.default_rng(SEED))
    right = list(results_of(inputs, alone))
    assert count_results(right, inputs, PREFIX, alone) == Tally(0, 0, 0, 0, 0, len(inputs.sound))
    lost, doubled = right[1:], [*right, right[7]]
    assert count_results(lost, inputs, PREFIX, alone).missing == 1
    assert count_results(doubled, inputs, PREFIX, alone).doubled == 1
    place, body = next(iter(inputs.sound.items()))
    first = json.loads(right[list(inputs.codes).index(place)])
    assert first["answer"] == answer_alone(alone, body)
    refused = json.dumps({"input": first["input"], "line": 1, "error": {"code": "oops"}}).encode()
    assert count_results([refused, *lost], inputs, PREFIX, alone).misjudged == 1
    first["answer"]["text"] = "no digit at all"
    otherwise = [json.dumps(first).encode(), *lost]
    assert count_results(otherwise, inputs, PREFIX, alone).otherwise == 1
    unknown = [b'{"input": "batch/in/job/other", "answer": {}}', *right]
    assert count_results(unknown, inputs, PREFIX, alone).unknown == 1


def test_the_inputs_are_as_many_and_as_broken_as_said() -> None:
    inputs = make_inputs(20_000, np.random.default_rng(SEED))
    assert len(inputs.codes) == 20_000
    assert abs(inputs.broken / 20_000 - BROKEN_SHARE) < 0.003
    assert make_inputs(50, np.random.default_rng(1)) == make_inputs(50, np.random.default_rng(1))
    archives = [data for name, data in inputs.objects.items() if name.endswith(".zip")]
    counts = [len(zipfile.ZipFile(io.BytesIO(data)).namelist()) for data in archives]
    assert counts == [5000, 1000]


def test_every_drawing_is_accounted_for_while_workers_are_killed(package: Path) -> None:
    facts = bulk.run(300, SEED, package, visibility_s=1)
    print(*facts, sep="\n")
    assert all(fact.held for fact in facts), [str(fact) for fact in facts if not fact.held]
