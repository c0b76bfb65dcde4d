"""Feedback as it comes in: submitted, found again by its receipt, withdrawn, swept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chalicelib.errors import (
    ClockLeapt,
    DamagedFeedback,
    IdempotencyConflict,
    NotFound,
    StorageUnavailable,
)
from chalicelib.learning.filed import destination, read_record
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, claim_key, status_prefix
from chalicelib.learning.receipts import (
    ReceiptCode,
    derived_secret,
    new_id,
    new_salt,
    random_secret,
)
from chalicelib.learning.records import Claim, Record, Submission
from chalicelib.learning.withdrawal import (
    forbid_making_room,
    is_withdrawn,
    places_of,
    remove,
)
from chalicelib.stores.store import Conflict, Expected, Store

# The S3 store ends what it began up to 1.5 s after that, so that a caller waits for under 5 s, also
# where boto3 has yet to be imported.
BUDGET_S = 2.4
ORPHAN_AGE = timedelta(hours=1)
MAX_CLAIM_ATTEMPTS = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a submission.

    id: of the feedback.
    receipt: the secret with which it is withdrawn.
    created: False where the same submission had come before.
    """

    id: str
    receipt: str
    created: bool


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    moves: completed, or removed because they were withdrawn. pictures: removed, for they had no
    record. temporaries: leftovers of broken puts. expired: keys older than feedback is kept.
    """

    moves: int
    pictures: int
    temporaries: int
    expired: int


class FeedbackBook:
    """Keeps what people say about answers, in quarantine until a round judges it.

    The record is the commit point: it is written last and removed first, so a picture without
    one is the trace of something broken off, and `sweep` removes it.
    """

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._now = now

    def submit(self, submission: Submission) -> Receipt:
        """Store the feedback, once however often it comes with the same Idempotency-Key.

        Raises IdempotencyConflict where the key came before with another body, StorageUnavailable.
        """
        store, key = self._store.within(BUDGET_S), submission.idempotency_key
        if key is None:
            time = self._now()
            code = ReceiptCode(time.date(), new_id(), random_secret())
            return _keep(store, submission, code, time)
        for _ in range(MAX_CLAIM_ATTEMPTS):
            if receipt := self._submit_once(store, submission, key):
                return receipt
        raise StorageUnavailable("keep feedback")

    def _submit_once(self, store: Store, submission: Submission, key: str) -> Receipt | None:
        """Store the feedback of a key; None where it is withdrawn, and so the key free again."""
        claim, ours = self._claim(store, key, submission.body_sha256)
        if claim.body_sha256 != submission.body_sha256:
            raise IdempotencyConflict
        code = ReceiptCode(claim.time.date(), claim.id, derived_secret(claim.salt, key))
        if not ours and _find(store, code.day, code.id):
            receipt = Receipt(code.id, str(code), created=False)
        else:
            receipt = _keep(store, submission, code, claim.time)
        if is_withdrawn(store, code.id):  # in part, or by the receipt of a quicker repetition
            _release(store, claim_key(key), code.id)
            remove(store, code.day, code.id)
            return None
        return receipt

    def _claim(self, store: Store, key: str, body_sha256: str) -> tuple[Claim, bool]:
        """Return the claim of the key, and whether it was made just now."""
        for _ in range(MAX_CLAIM_ATTEMPTS):
            claim = Claim(body_sha256, new_id(), self._now(), new_salt())
            try:
                store.put(claim_key(key), claim.encode(), expected=Expected.NOTHING)
            except Conflict:
                if blob := store.get(claim_key(key)):
                    return Claim.decode(blob.data), False
                # It was withdrawn between the two: the key is free again.
            else:
                return claim, True
        raise StorageUnavailable("claim an idempotency key")

    def withdraw(self, receipt: str) -> None:
        """Remove the feedback that the receipt is for, whatever its status.

        Raises NotFound where there is none (any more), StorageUnavailable.
        """
        store, code = self._store.within(BUDGET_S), ReceiptCode.parse(receipt)
        found = _find(store, code.day, code.id) if code else None
        if not code or not found or not code.opens(found[1].receipt_sha256):
            raise NotFound("feedback")
        place, record = found
        forbid_making_room(store, place, self._now())
        _forget(store, place, record)

    def sweep(self) -> Swept:
        """Complete moves that broke off, remove pictures that did more than an hour ago.

        Whole feedback goes only where it was withdrawn, or is older than feedback is kept. Nothing
        goes for its age by a clock that has leapt.
        """
        from chalicelib.learning.retention import expire
        from chalicelib.learning.shelf import FeedbackShelf
        from chalicelib.learning.store_clock import ClockNote

        now = self._now()
        clock = ClockNote.at(self._store, now)
        clock.keep(self._store)
        moves = FeedbackShelf(self._store, self._now).tidy()
        temporaries = self._store.sweep()
        if not clock.is_trusted:
            logger.warning("Nothing goes for its age: %s", ClockLeapt(clock.since))
            return Swept(moves, 0, temporaries, 0)
        before = now - ORPHAN_AGE
        pictures = sum(self._sweep_pictures(status, before) for status in FeedbackStatus)
        return Swept(moves, pictures, temporaries, expire(self._store, now))

    def _sweep_pictures(self, status: FeedbackStatus, before: datetime) -> int:
        removed, record_key = 0, None
        for listed in self._store.list(status_prefix(status)):
            place = FeedbackPlace.parse(listed.key)
            if place is None:
                continue
            if listed.key == place.record_key:
                record_key = listed.key  # keys come in order: <id>.json just before <id>.png
                continue
            is_old = record_key != place.record_key and listed.modified < before
            if is_old and not _is_awaited(self._store, place):
                self._store.delete(listed.key)
                removed += 1
        return removed


def _keep(store: Store, submission: Submission, code: ReceiptCode, time: datetime) -> Receipt:
    """Write picture and record; `created` is False where somebody else's record came first."""
    place = FeedbackPlace(FeedbackStatus.QUARANTINE, code.day, code.id)
    key = submission.idempotency_key
    record = Record(
        id=code.id,
        time=time.isoformat(),
        label=submission.label,
        predicted=None if submission.predicted is None else dict(submission.predicted),
        strokes=submission.strokes,
        model=submission.model,
        version=submission.version,
        normalisation=submission.normalisation,
        receipt_sha256=code.secret_sha256,
        claim=None if key is None else claim_key(key),
        source=submission.source,
    )
    store.put(place.picture_key, submission.picture_png)
    try:
        store.put(place.record_key, record.encode(), expected=Expected.NOTHING)
    except Conflict:
        return Receipt(code.id, str(code), created=False)
    return Receipt(code.id, str(code), created=True)


def _forget(store: Store, place: FeedbackPlace, record: Record) -> None:
    """Remove all of it; the record goes last, for it leads whoever repeats this to the rest."""
    if record.claim:
        _release(store, record.claim, record.id)
    remove(store, place.day, record.id)


def _release(store: Store, key: str, feedback_id: str) -> None:
    """Delete the claim, unless the key by now stands for feedback that came later."""
    blob = store.get(key)
    if blob and Claim.decode(blob.data).id == feedback_id:
        store.delete(key)


def _is_awaited(store: Store, place: FeedbackPlace) -> bool:
    """Whether a move is decided, and not carried out yet, that brings a record to this picture."""
    try:
        found = _find(store, place.day, place.id)
    except DamagedFeedback:  # nobody can tell, and what is damaged stays
        return True
    return found is not None and destination(*found) == place


def _find(store: Store, day: date, feedback_id: str) -> tuple[FeedbackPlace, Record] | None:
    """Return the feedback of that day and id, whatever its status.

    It is looked for twice: a move can bring it to where a single round has looked already.
    """
    for place in (*places_of(day, feedback_id),) * 2:
        if found := read_record(store, place):
            return place, found[0]
    return None
