"""A full disk refuses and loses nothing; the short form of the campaign."""

import random

import pytest

from bench.campaigns import full_disk
from bench.small_disk import NoSmallDisk


def test_a_full_disk_refuses_what_does_not_fit_and_loses_nothing() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    try:
        facts = full_disk.run(1, seed)
    except NoSmallDisk as error:
        pytest.skip(str(error))
    assert not [str(fact) for fact in facts if not fact.held]
