"""Each system call on files that a submission, a withdrawal, a verdict, a sweep or a freeze makes
fails in its turn: open, read, write, fsync, flock, rename, unlink, mkdir, stat and the listing of a
folder, by an I/O error and some by a full disk, put into a real process by strace. The caller must
get its answer or an error; after an answer all of it is stored, after an error the same call,
repeated, completes it, and in either case everything else is whole and nothing is there by half.

A clean run of each operation says how many calls of each name there are; the size is how many of
the errors are tried, all of them at most. It needs strace and the right to attach it. An error at
close is left out: strace cannot close the file and fail, as a kernel does.
"""

import logging
import os
import random
import select
import shutil
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.mortal_store import Killed, MortalStore, die
from bench.outcome import Fact
from bench.strace import Injection, Trace, count_calls, was_injected
from bench.tally import pieces_in, submission
from chalicelib.errors import InklingError, NotFound, StorageUnavailable
from chalicelib.learning.feedback import FeedbackBook, Receipt
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.pointer import HeadBook
from chalicelib.learning.records import Submission
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.directory import TEMPORARIES, DirectoryStore
from chalicelib.stores.open import open_store
from export.progress import show_progress

SIZE = 1000  # errors; there are fewer
ERRORS = {
    **dict.fromkeys(("read", "fsync", "flock", "unlink", "getdents64", "newfstatat"), ("EIO",)),
    **dict.fromkeys(("openat", "write", "rename", "mkdir"), ("EIO", "ENOSPC")),
}
DECIDED = 3  # steps of a move, of which the last one decides it
NEW = 9  # number of the piece that is submitted
ANSWERED, REFUSED, FAILED = 0, 3, 1  # exit statuses of a process

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pieces:
    """What every store holds before: a piece to act on, another one, and one in half a move."""

    subject: Receipt
    bystander: Receipt
    moving: Receipt


@dataclass(frozen=True)
class Operation:
    """What is done to a store, and whether it has been done."""

    name: str
    act: Callable[[Path, Pieces], object]
    is_done: Callable[[Path, Pieces], bool]


@dataclass
class Toll:
    """Counts; the last three must be 0."""

    errors: int = 0
    answered: int = 0
    refused: int = 0
    unexpected: int = 0
    not_done: int = 0
    damaged: int = 0


def run(size: int, seed: int) -> Sequence[Fact]:
    """Try so many errors, or all that there are. Raises NoStrace."""
    generator, toll = random.Random(seed), Toll()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pieces = _fill(root / "before")
        points = [(o, i) for o in OPERATIONS for i in _points(root, o, pieces)]
        tried = generator.sample(points, min(size, len(points)))
        for number, (operation, injection) in enumerate(tried, 1):
            _strike(root, operation, pieces, injection, toll, sweep=generator.random() < 0.5)
            show_progress("errors", number, len(tried))
    return (
        Fact("errors that there are", len(points)),
        Fact("of them tried", toll.errors, least=len(tried) // 2),
        Fact("operations that answered all the same", toll.answered),
        Fact("operations that were refused as unavailable", toll.refused),
        Fact("operations that failed otherwise", toll.unexpected, most=0),
        Fact("operations not done after an answer or a repetition", toll.not_done, most=0),
        Fact("stores where something is lost, doubled, torn or left over", toll.damaged, most=0),
    )


def _points(root: Path, operation: Operation, pieces: Pieces) -> list[Injection]:
    """Return every error of an operation, as a clean run shows them."""
    _, lines = _act_traced(root, operation, pieces, None)
    counts = count_calls(lines)
    return [
        Injection(call, number, error)
        for call, errors in ERRORS.items()
        for number in range(1, counts.get(call, 0) + 1)
        for error in errors
    ]


def _strike(
    root: Path, operation: Operation, pieces: Pieces, at: Injection, toll: Toll, *, sweep: bool
) -> None:
    """Let an operation meet an error and count what comes of it.

    sweep: whether the store is swept before the operation is repeated.
    """
    status, lines = _act_traced(root, operation, pieces, at)
    if not was_injected(lines):  # another order of threads
        return
    toll.errors += 1
    store = root / "store"
    if status == ANSWERED:
        toll.answered += 1
    elif status == REFUSED:
        toll.refused += 1
    else:
        toll.unexpected += 1
        logger.warning("%s failed otherwise at %s", operation.name, at)
    try:
        if sweep or status == ANSWERED:
            _require_bystanders(store, pieces)
        if status != ANSWERED:
            with suppress(NotFound):  # it was withdrawn already
                operation.act(store, pieces)
        _require_bystanders(store, pieces)
        if not operation.is_done(store, pieces):
            toll.not_done += 1
            logger.warning("%s is not done after %s", operation.name, at)
    except InklingError as error:
        toll.damaged += 1
        logger.warning("%s at %s: %s", operation.name, at, error)


def _act_traced(
    root: Path, operation: Operation, pieces: Pieces, injection: Injection | None
) -> tuple[int, list[str]]:
    """Act on a fresh copy of the store in a process; return its exit status and its calls."""
    store = root / "store"
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(root / "before", store)
    waiting, ready = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        select.select([waiting], [], [])  # until strace is attached
        os._exit(_status_of(lambda: operation.act(store, pieces)))
    os.close(waiting)
    try:
        trace = Trace(child, tuple(ERRORS), root / "calls", injection)
    finally:
        os.close(ready)
        status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status), trace.lines()


def _status_of(act: Callable[[], object]) -> int:
    logging.disable()
    try:
        act()
    except StorageUnavailable:
        return REFUSED
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        return FAILED
    return ANSWERED


def _fill(root: Path) -> Pieces:
    """Make the store that every operation begins with."""
    store = DirectoryStore(root)
    book = FeedbackBook(store)
    moving = book.submit(submission(2))
    ago = datetime.now(UTC) - timedelta(minutes=2)
    mover = FeedbackShelf(MortalStore(store, DECIDED, die), lambda: ago)
    (filed,) = FeedbackShelf(store).read_all(FeedbackShelf(store).places(FeedbackStatus.QUARANTINE))
    with suppress(Killed):
        mover.judge(filed, FeedbackStatus.REJECTED, label="7", by="bench", reason="chance")
    (root / TEMPORARIES / "left").write_bytes(b"half")
    HeadBook(store).unfreeze("ann", "to begin with")
    return Pieces(book.submit(_keyed(0)), book.submit(submission(1)), moving)


def _keyed(number: int) -> Submission:
    """Return a submission with an Idempotency-Key."""
    plain = submission(number)
    fields = {name: getattr(plain, name) for name in Submission.__slots__}
    return Submission(**fields | {"idempotency_key": f"key-of-{number}"})


def _require_bystanders(root: Path, pieces: Pieces) -> None:
    """Sweep, and raise InklingError where what was not acted on is not there once and whole."""
    found = pieces_in(root)
    for receipt, number in ((pieces.bystander, 1), (pieces.moving, 2)):
        if found[receipt.id].picture_png != submission(number).picture_png:
            raise NotFound(f"picture of {receipt.id}")
    list(HeadBook(DirectoryStore(root)).history())
    if left := list((root / TEMPORARIES).iterdir()):
        raise NotFound(f"sweep that leaves nothing like {left}")


def _submit(submitted: Submission) -> Callable[[Path, Pieces], object]:
    return lambda root, _: FeedbackBook(open_store(str(root))).submit(submitted)


def _is_submitted(root: Path, _: Pieces) -> bool:
    return any(p.picture_png == submission(NEW).picture_png for p in pieces_in(root).values())


def _is_submitted_once(root: Path, _: Pieces) -> bool:
    found = [p.picture_png for p in pieces_in(root).values()]
    return found.count(submission(NEW).picture_png) == 1


def _withdraw(root: Path, pieces: Pieces) -> None:
    FeedbackBook(open_store(str(root))).withdraw(pieces.subject.receipt)


def _is_withdrawn(root: Path, pieces: Pieces) -> bool:
    return pieces.subject.id not in pieces_in(root)


def _judge(status: FeedbackStatus, label: str) -> Callable[[Path, Pieces], object]:
    def act(root: Path, pieces: Pieces) -> None:
        shelf = FeedbackShelf(open_store(str(root)))
        for place in shelf.places(FeedbackStatus.QUARANTINE):
            filed = shelf.read(place) if place.id == pieces.subject.id else None
            if filed and filed.label != label:
                shelf.judge(filed, status, label=label, by="ann", reason="reviewed")

    return act


def _is_judged(status: FeedbackStatus, label: str) -> Callable[[Path, Pieces], bool]:
    def is_done(root: Path, pieces: Pieces) -> bool:
        filed = pieces_in(root)[pieces.subject.id]
        return (filed.place.status, filed.label, filed.revision) == (status, label, 1)

    return is_done


def _sweep(root: Path, _: Pieces) -> None:
    FeedbackBook(open_store(str(root))).sweep()


def _is_swept(root: Path, pieces: Pieces) -> bool:
    return pieces_in(root)[pieces.moving.id].place.status is FeedbackStatus.REJECTED


def _freeze(root: Path, _: Pieces) -> None:
    HeadBook(open_store(str(root))).freeze("ann", "looking into it")


def _is_frozen(root: Path, _: Pieces) -> bool:
    return HeadBook(DirectoryStore(root)).read()[0].frozen


ACCEPT, RELABEL = (FeedbackStatus.ACCEPTED, "1"), (FeedbackStatus.QUARANTINE, "1")
OPERATIONS = (
    Operation("a submission", _submit(submission(NEW)), _is_submitted),
    Operation("a submission with a key", _submit(_keyed(NEW)), _is_submitted_once),
    Operation("a withdrawal", _withdraw, _is_withdrawn),
    Operation("a move", _judge(*ACCEPT), _is_judged(*ACCEPT)),
    Operation("a new label", _judge(*RELABEL), _is_judged(*RELABEL)),
    Operation("a sweep", _sweep, _is_swept),
    Operation("a freeze", _freeze, _is_frozen),
)
