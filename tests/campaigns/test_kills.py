"""Kills of real local servers lose nothing; the short form of the campaign, and whether it sees."""

import random
from pathlib import Path

import pytest

from bench.campaigns import kills
from bench.campaigns.kills.sender import Sender
from bench.campaigns.kills.store_check import check_after_kill, check_at_end
from bench.campaigns.kills.tolls import Tolls
from bench.local_server import local_server
from bench.tally import Tally
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus

KILLS = 4
PIECES = 6


def test_what_was_acknowledged_outlives_kills() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    facts = kills.run(KILLS, seed)
    assert not [str(fact) for fact in facts if not fact.held]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sender]:
    """Return a store and who has sent all that is in it."""
    folder = tmp_path_factory.mktemp("sent")
    sender = Sender(random.Random(4), "ann")
    with local_server(folder / "store", folder / "output") as server:
        while len(sender.alive) < PIECES:
            sender.act(server)
    return folder / "store", sender


def test_the_check_sees_what_is_lost_changed_doubled_or_torn(sent: tuple[Path, Sender]) -> None:
    root, sender = sent
    check_after_kill(root, [sender], sound := Tolls())
    check_at_end(root, [sender], Tally({}), sound)
    assert sound == Tolls()

    places = [FeedbackPlace.parse(p.relative_to(root).as_posix()) for p in root.rglob("*.json")]
    lost, torn, changed = [root / place.record_key for place in places if place][:3]
    record, picture = lost.read_bytes(), lost.with_suffix(".png").read_bytes()
    lost.unlink()
    whole = torn.read_bytes()
    torn.write_bytes(whole[: len(whole) // 2])
    check_after_kill(root, [sender], found := Tolls())
    assert (found.lost, found.torn) == (1, 1)

    torn.write_bytes(whole)
    lost.write_bytes(record)
    lost.with_suffix(".png").write_bytes(picture)
    before = changed.with_suffix(".png").read_bytes()
    changed.with_suffix(".png").write_bytes(picture)
    check_at_end(root, [sender], Tally({}), found := Tolls())
    assert found.lost == 1
    changed.with_suffix(".png").write_bytes(before)

    sender.withdrawn.add(lost.stem)
    verdicts = {changed.stem: (1, FeedbackStatus.ACCEPTED.value)}
    check_at_end(root, [sender], Tally({}, verdicts), found := Tolls())
    assert (found.came_back, found.forgotten) == (1, 1)
