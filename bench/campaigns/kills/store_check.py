"""What must be in a store after kills, compared with what was acknowledged."""

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.campaigns.kills.sender import Piece, Sender
from bench.campaigns.kills.tolls import Tolls
from bench.round_tally import digest_of
from bench.tally import Tally, has_forgotten, pieces_in
from chalicelib.errors import InklingError
from chalicelib.learning.filed import Filed, destination
from chalicelib.learning.keys import CLAIMS, WITHDRAWN, FeedbackPlace
from chalicelib.learning.records import Claim, Record
from chalicelib.recognition.png import decode_picture
from chalicelib.stores.directory import LOCK, TEMPORARIES
from export.errors import DamagedData

AGED_S = 2 * 3600  # a picture that broke off is swept after an hour

logger = logging.getLogger(__name__)


def check_after_kill(root: Path, senders: Iterable[Sender], tolls: Tolls) -> list[Path]:
    """Count what is torn or lost while nobody is at the store; return what a sweep must remove.

    The leftovers are made two hours old, as if the next start were then.
    """
    records: set[FeedbackPlace] = set()
    awaited, pictures = set[FeedbackPlace](), []
    for path in _files(root):
        key = path.relative_to(root).as_posix()
        try:
            record = _require_sound(key, path.read_bytes())
        except (InklingError, ValueError, KeyError, TypeError) as error:
            tolls.torn += 1
            logger.warning("%s is torn: %s", path, error)
            record = None
        if place := FeedbackPlace.parse(key):
            if key == place.record_key:
                records.add(place)
                awaited |= {destination(place, record)} if record else set()
            else:
                pictures.append(place)
    ids = {place.id for place in records}
    for piece in _alive(senders):
        if piece.id not in ids:
            tolls.lost += 1
            logger.warning("%s is lost: %s", piece.id, root)
    leftovers = [root / p.picture_key for p in pictures if p not in records | awaited]
    leftovers += list((root / TEMPORARIES).glob("*"))
    then = time.time() - AGED_S
    for path in leftovers:
        os.utime(path, (then, then))
    return leftovers


def check_at_end(root: Path, senders: list[Sender], tally: Tally, tolls: Tolls) -> None:
    """Count what is lost, doubled, changed or back, once all that broke off is completed."""
    try:
        found = pieces_in(root)
    except DamagedData as error:
        tolls.doubled += 1
        logger.warning("%s", error)
        return
    for piece in _alive(senders):
        filed = found.get(piece.id)
        if filed is None or _digest(filed) != piece.digest:
            tolls.lost += 1
            logger.warning("%s is %s", piece.id, "changed" if filed else "lost")
        elif has_forgotten(filed, *tally.verdicts.get(piece.id, (0, ""))):
            tolls.forgotten += 1
            logger.warning("The verdict on %s is forgotten: %s", piece.id, filed)
    for sender in senders:
        for feedback_id in sender.withdrawn & found.keys():
            tolls.came_back += 1
            logger.warning("%s came back", feedback_id)
    _check_unacknowledged(found, senders, tolls)


def _check_unacknowledged(found: dict[str, Filed], senders: list[Sender], tolls: Tolls) -> None:
    """Count what nobody sent, or what is there more than once: a cut-off piece may be once."""
    known = {piece.id for sender in senders for piece in sender.pieces if piece.receipt}
    cut_off = [p.digest for s in senders for p in s.pieces if not p.receipt]
    for feedback_id in found.keys() - known:
        digest = _digest(found[feedback_id])
        if digest in cut_off:
            cut_off.remove(digest)
        else:
            tolls.doubled += 1
            logger.warning("%s is nothing that was sent, or is there already", feedback_id)


def _alive(senders: Iterable[Sender]) -> Iterator[Piece]:
    for sender in senders:
        yield from sender.alive


def _digest(filed: Filed) -> str:
    return digest_of(filed.picture_png, filed.record.strokes, filed.record.label)


def _files(root: Path) -> Iterator[Path]:
    """Yield all files that readers look at."""
    for path in root.rglob("*"):
        if path.is_file() and path.name != LOCK and path.parent.name != TEMPORARIES:
            yield path


def _require_sound(key: str, data: bytes) -> Record | None:
    """Return the record in a file, if it holds one.

    Raises one of several errors where it is not all of something that Inkling writes.
    """
    if key.startswith(CLAIMS):
        Claim.decode(data)
    elif key.startswith(WITHDRAWN) or FeedbackPlace.parse(key) is None:
        json.loads(data)
    elif key.endswith(".png"):
        decode_picture(data)
    else:
        return Record.decode(data, key)
    return None
