"""S3 fails in every way, in short: of the code as it stands here, not as it is packaged."""

import random
import site
from pathlib import Path

import pytest

from bench.campaigns.storage_faults import try_cases
from bench.campaigns.storage_faults.kinds import KINDS, Kind
from bench.campaigns.storage_faults.tally import NOT_ONE, NOT_STORED, OTHER_RECEIPT
from bench.emulator.worker import Function
from bench.faults import Fault
from tools.package.build import ROOT

WHOLE_ANSWER_S = 60.0  # where a byte comes each 0.2 s


@pytest.fixture
def function(tmp_path: Path) -> Function:
    """Return the function of this checkout with all libraries of this environment."""
    (packages,) = map(Path, site.getsitepackages())
    for path in packages.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return Function(ROOT, tmp_path, variables={"INKLING_LOG_LEVEL": "ERROR"})


def test_no_fault_of_s3_harms_recognition_or_loses_feedback(function: Function) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    tally = try_cases(function, len(KINDS), seed, lanes=5)
    counted = [fact for fact in tally.facts() if fact.unit != "s"]
    assert [str(fact) for fact in counted if not fact.held] == []
    assert set(tally.waits) == {kind.name for kind in KINDS}
    # The exact bounds are of a machine that does nothing else.
    assert max(map(max, tally.waits.values())) < WHOLE_ANSWER_S / 2
    assert max(tally.warm, default=0) < WHOLE_ANSWER_S / 2


def test_an_s3_that_forgets_is_noticed(function: Function) -> None:
    tally = try_cases(function, 4, 7, (Kind("forgetting", (Fault.FORGET,)),), lanes=2)
    assert tally.wrong[NOT_STORED] + tally.wrong[NOT_ONE] + tally.wrong[OTHER_RECEIPT] > 0
