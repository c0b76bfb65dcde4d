"""A local server keeps feedback on a disk of 512 kB that is filled again and again, by bytes or by
files, while feedback comes; then it is started anew on the full disk. What does not fit must be
answered with 503 and Retry-After, nothing that was acknowledged may be lost, drawings must be read
and feedback taken back all the while, and all must go on when there is room again.

It needs the right to mount a tmpfs. Before each filling a move is left half done, as a kill leaves
it, which the server that starts on the full disk tries to complete.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.campaigns.kills.sender import JSON, Sender
from bench.campaigns.kills.store_check import check_after_kill, check_at_end
from bench.campaigns.kills.tolls import Tolls
from bench.local_server import LocalServer, local_server
from bench.mortal_store import Killed, MortalStore, die
from bench.outcome import Fact
from bench.small_disk import SmallDisk, small_disk
from bench.tally import Tally
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.directory import DirectoryStore
from export.progress import show_progress

SIZE = 100  # fillings
FILLINGS_A_DISK = 10
DISK_BYTES = 512 * 1024
PIECES = 8  # that are there before each filling
MOST_SPARE = 12  # pages, or files, that are left free
TRIES = 4  # to send something after the first refusal
DECIDED = 3  # steps of a move, of which the last one decides it
READABLE = json.dumps({"strokes": [[[10, 0], [10, 90]]]}).encode()


def run(size: int, seed: int) -> Sequence[Fact]:
    """Fill disks so often. Raises NoSmallDisk."""
    tolls, senders = Tolls(), list[Sender]()
    for first in range(0, size, FILLINGS_A_DISK):
        show_progress("fillings", first, size)
        sender = Sender(random.Random(f"{seed}/{first}/sender"), f"sender{first}")
        generator = random.Random(f"{seed}/{first}")
        _use_disk(min(FILLINGS_A_DISK, size - first), sender, generator, tolls)
        senders.append(sender)
    acknowledged = sum(p.receipt is not None for sender in senders for p in sender.pieces)
    return (
        Fact("fillings", size),
        Fact("pieces of feedback acknowledged", acknowledged),
        Fact("refused with 503 and Retry-After", sum(s.refused for s in senders), least=size),
        Fact("withdrawals acknowledged", sum(len(s.withdrawn) for s in senders), least=2 * size),
        Fact("pieces lost, or not whole", tolls.lost, most=0),
        Fact("pieces in two places, or stored without being sent", tolls.doubled, most=0),
        Fact("withdrawn pieces that came back", tolls.came_back, most=0),
        Fact("torn files", tolls.torn, most=0),
        Fact("answers that were not what they must be", sum(len(s.wrong) for s in senders), most=0),
    )


def _use_disk(fillings: int, sender: Sender, generator: random.Random, tolls: Tolls) -> None:
    """Fill one disk so often; what is kept of withdrawals would fill it for good in the end."""
    tally = Tally({})
    with (
        tempfile.TemporaryDirectory() as folder,
        small_disk(Path(folder) / "disk", DISK_BYTES) as disk,
    ):
        for _ in range(fillings):
            _fill_once(disk, Path(folder) / "output", sender, generator)
            check_after_kill(disk.folder, [sender], tolls)
            check_at_end(disk.folder, [sender], tally, tolls)


def _fill_once(disk: SmallDisk, output: Path, sender: Sender, generator: random.Random) -> None:
    """Fill the disk under one server, start another on it, and make room under that."""
    with local_server(disk.folder, output) as server:
        while len(sender.alive) < PIECES:
            sender.send_new(server)
        _leave_half_a_move(disk.folder)
        fill = generator.choice([disk.fill_pages, disk.fill_inodes])
        fill(generator.randint(0, MOST_SPARE))
        sender.disk_may_be_full = True
        while sender.send_new(server):
            pass
        for _ in range(TRIES):
            sender.send_new(server)
        fill(0)
        _use(server, sender, generator)
        fill(0)
    with local_server(disk.folder, output) as server:
        _use(server, sender, generator)
        sender.disk_may_be_full = False
        disk.empty()
        sender.complete(server)
        sender.repeat_all(server)
        while len(sender.alive) > PIECES:
            sender.withdraw(server, sender.alive[0])


def _use(server: LocalServer, sender: Sender, generator: random.Random) -> None:
    """Read a drawing and take a piece back, which a full disk must not prevent."""
    answer = server.request("POST", "/v1/recognize", READABLE, JSON)
    if answer.status != 200:
        sender.wrong.append(f"recognize: {answer.status} {answer.body[:300]!r}")
    sender.withdraw(server, generator.choice(sender.alive))


def _leave_half_a_move(root: Path) -> None:
    """Decide a move two minutes ago and leave it, as a mover that was killed does."""
    store = DirectoryStore(root)
    shelf = FeedbackShelf(
        MortalStore(store, DECIDED, die), lambda: datetime.now(UTC) - timedelta(minutes=2)
    )
    place = FeedbackShelf(store).places(FeedbackStatus.QUARANTINE)[0]
    if filed := FeedbackShelf(store).read(place):
        with suppress(Killed):
            shelf.judge(filed, FeedbackStatus.ACCEPTED, label="7", by="bench", reason="chance")
