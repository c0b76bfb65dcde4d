"""What was done to feedback by processes that were killed, and what must be left of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import ROOT, FeedbackStatus
from chalicelib.learning.records import Submission
from chalicelib.learning.shelf import FeedbackShelf, Filed
from chalicelib.stores.directory import DirectoryStore
from export.errors import DamagedData


@dataclass
class Tally:
    """What the processes said they did before they were killed.

    receipts: of each piece by its id.
    verdicts: the last acknowledged one of each piece, its revision and status.
    begun, withdrawn: the pieces whose withdrawal was begun, and those where it was acknowledged.
    """

    receipts: dict[str, str]
    verdicts: dict[str, tuple[int, str]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    moves: int = 0

    @property
    def alive(self) -> dict[str, str]:
        """The receipts of what nobody began to withdraw."""
        return {one: receipt for one, receipt in self.receipts.items() if one not in self.begun}

    def hear(self, line: str) -> None:
        """Take down one line of a process."""
        word, feedback_id, *verdict = line.split()
        if word == "moved":
            self.moves += 1
            latest = int(verdict[0]), verdict[1]
            self.verdicts[feedback_id] = max(latest, self.verdicts.get(feedback_id, latest))
        else:
            (self.begun if word == "withdrawing" else self.withdrawn).add(feedback_id)


def submission(number: int) -> Submission:
    """Return a piece of feedback that differs from that of every other number."""
    return Submission(
        picture_png=b"\x89PNG" + str(number).encode() * 3000,
        strokes=[[[1.0, 2.0], [3.0, float(number)]]],
        label="7",
        predicted=None,
        model="cnn",
        version="5f0c2a91",
        normalisation="1",
        body_sha256="",
    )


def check(root: Path, tally: Tally) -> int:
    """Return how many pieces there are; raises DamagedData where they are not those there must be.

    A piece whose withdrawal had begun may be there or not, but not by half.
    """
    found = pieces_in(root)
    for feedback_id in tally.alive.keys() - found.keys():
        raise DamagedData(root, f"has lost {feedback_id}")
    for feedback_id in tally.withdrawn & found.keys():
        raise DamagedData(root, f"holds {feedback_id}, which was withdrawn")
    for feedback_id, filed in found.items():
        _require_whole(root, filed, *tally.verdicts.get(feedback_id, (0, "")))
    return len(found)


def pieces_in(root: Path) -> dict[str, Filed]:
    """Return all feedback in a store by its id; raises DamagedData where any is there twice."""
    FeedbackBook(DirectoryStore(root), lambda: datetime.now(UTC) + timedelta(hours=2)).sweep()
    found: dict[str, Filed] = {}
    shelf = FeedbackShelf(DirectoryStore(root))
    for status in FeedbackStatus:
        for filed in shelf.read_all(shelf.places(status)):
            if filed.record.id in found:
                raise DamagedData(root, f"holds {filed.record.id} twice")
            found[filed.record.id] = filed
    files = sum(1 for path in (root / ROOT).glob("status=*/*/*"))
    if files != 2 * len(found):
        raise DamagedData(root, f"holds {files} files of {len(found)} pieces")
    return found


def has_forgotten(filed: Filed, revision: int, status: str) -> bool:
    """Whether feedback lies as it did before its latest acknowledged verdict."""
    moved_on = filed.revision > revision
    return not moved_on and (filed.revision, filed.place.status) != (
        revision,
        status or FeedbackStatus.QUARANTINE,
    )


def _require_whole(root: Path, filed: Filed, revision: int, status: str) -> None:
    strokes = filed.record.strokes or []
    number = int(strokes[0][1][1])
    if filed.picture_png != submission(number).picture_png:
        raise DamagedData(root, f"holds another picture for {filed.record.id}")
    if has_forgotten(filed, revision, status):
        raise DamagedData(root, f"has forgotten the latest verdict on {filed.record.id}")
