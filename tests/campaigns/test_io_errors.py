"""Errors of system calls lose nothing; the short form of the campaign, and whether it sees.

In processes of their own, because it forks.
"""

import random

import pytest

from tests.stores.child import run_child

SHARE = 0.01
CAMPAIGN = (
    "import sys\n"
    "from bench import reliability\n"
    "from bench.strace import NoStrace\n"
    "try:\n"
    "    outcome = reliability.run('io_errors', int(sys.argv[1]), float(sys.argv[2]))\n"
    "except NoStrace as error:\n"
    "    sys.exit(f'skip: {error}')\n"
    "print(*(fact for fact in outcome.facts if not fact.held), sep='\\n', end='')\n"
)
FORGETFUL = (
    "from bench.campaigns import io_errors\n"
    "from bench.campaigns.io_errors import Operation\n"
    "def forget(root, _):\n"
    "    try:\n"
    "        (root / 'kept').write_bytes(b'x')\n"
    "    except OSError:\n"
    "        pass\n"
    "def is_kept(root, _):\n"
    "    return (root / 'kept').exists()\n"
    "io_errors.OPERATIONS = (Operation('a file', forget, is_kept),)\n"
)


def not_held(program: str, seed: int) -> str:
    """Run a campaign in a process of its own and return what did not hold."""
    done = run_child(program, str(seed), str(SHARE))
    if "skip: " in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_errors_of_system_calls_are_refusals_that_lose_nothing() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    assert not not_held(CAMPAIGN, seed)


def test_the_campaign_sees_an_answer_without_the_deed() -> None:
    found = not_held(FORGETFUL + CAMPAIGN, 1)
    assert "operations not done after an answer" in found
