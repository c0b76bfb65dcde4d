"""Feedback for those who judge it and those who learn from it: listed, read, moved, tidied."""

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from chalicelib.errors import DamagedFeedback, NotFound
from chalicelib.learning.filed import Card, Filed, read_filed
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, status_prefix
from chalicelib.learning.moves import by_rank, move, settle
from chalicelib.learning.records import Verdict
from chalicelib.learning.withdrawal import remove, withdrawn_ids
from chalicelib.stores.store import Store

__all__ = ["Card", "FeedbackShelf", "Filed"]

Places = defaultdict[str, list[FeedbackPlace]]
READERS = 8  # threads: a bucket makes each of them wait

logger = logging.getLogger(__name__)


class FeedbackShelf:
    """The feedback of a store by its status; what was withdrawn is not there."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._now = now

    def places(self, status: FeedbackStatus) -> list[FeedbackPlace]:
        """Return where the feedback of a status lies, the oldest day first.

        What a broken-off move left in two places is listed where its latest record lies.
        """
        found = []
        for places in self._listed()[0].values():
            if status not in {place.status for place in places}:
                continue
            one = places if len(places) == 1 else [at for at, _ in by_rank(self._store, places)]
            found += [place for place in one[:1] if place.status is status]
        return sorted(found, key=lambda place: (place.day, place.id))

    def read(self, place: FeedbackPlace) -> Filed | None:
        """Return what lies at a place; None where it has gone, or is on its way elsewhere.

        What is damaged is logged by its key, left as it is, and None as well.
        """
        try:
            return read_filed(self._store, place)
        except DamagedFeedback as error:
            logger.warning("Feedback is left out: %s", error)
            return None

    def fetch(self, card: Card) -> Filed:
        """Return the feedback of a card.

        Raises NotFound where it was withdrawn, or judged by another, since; StorageUnavailable.
        """
        filed = self.read(card.place)
        if filed is None or filed.tag != card.tag:
            raise NotFound("feedback")
        return filed

    def read_all(self, places: Iterable[FeedbackPlace], workers: int = READERS) -> Iterator[Filed]:
        """Yield what `read` finds at the places, in their order, reading a few ahead."""
        with ThreadPoolExecutor(workers) as pool:
            ahead: deque[Future[Filed | None]] = deque()
            for place in places:
                ahead.append(pool.submit(self.read, place))
                if len(ahead) > 2 * workers and (filed := ahead.popleft().result()):
                    yield filed
            while ahead:
                if filed := ahead.popleft().result():
                    yield filed

    def judge(
        self, filed: Filed, status: FeedbackStatus, *, label: str | None, by: str, reason: str
    ) -> Filed:
        """Make a verdict now and carry it out; see `move`."""
        verdict = Verdict(
            status=status,
            label=label,
            by=by,
            reason=reason,
            time=self._now().isoformat(),
            revision=filed.revision + 1,
        )
        return self.move(filed, verdict)

    def move(self, filed: Filed, verdict: Verdict) -> Filed:
        """Put feedback where a verdict says and return it as it lies there.

        A verdict that leaves it where it is (a new label) is kept as well.

        Raises
        ------
        NotFound
            It was withdrawn, or judged by another, since it was read.
        StorageUnavailable
            The same call may be repeated; unless it is, `tidy` completes what was decided.
        ValueError
            The verdict's revision is not the next one.
        """
        if verdict.revision != filed.revision + 1:
            raise ValueError(f"revision {verdict.revision} does not follow {filed.revision}")
        return move(self._store, filed, verdict)

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of what was withdrawn, for whoever keeps a copy of feedback."""
        return withdrawn_ids(self._store)

    def tidy(self) -> int:
        """Complete what kills left half-done and remove what was withdrawn; return how much.

        What was decided less than a minute ago may be under way, and what is damaged stays.
        """
        records, pictures = self._listed(withdrawn=True)
        withdrawn, done = self.withdrawn(), 0
        for feedback_id in records.keys() | pictures.keys():
            of = records.get(feedback_id, [])
            beside = [place for place in pictures.get(feedback_id, []) if place not in of]
            if feedback_id in withdrawn:
                remove(self._store, (of or beside)[0].day, feedback_id)
                done += 1
            elif len(of) > 1 or (of and beside):
                done += self._settle(of)
        return done

    def _settle(self, places: list[FeedbackPlace]) -> bool:
        try:
            return settle(self._store, places, self._now())
        except (DamagedFeedback, NotFound) as error:
            logger.warning("Feedback is left as it is: %s", error)
            return False

    def _listed(self, *, withdrawn: bool = False) -> tuple[Places, Places]:
        """Return the places of records and of pictures by the feedback's id."""
        left_out = frozenset() if withdrawn else self.withdrawn()
        records, pictures = Places(list), Places(list)
        for status in FeedbackStatus:
            for listed in self._store.list(status_prefix(status)):
                place = FeedbackPlace.parse(listed.key)
                if place is None or place.id in left_out:
                    continue
                (records if listed.key == place.record_key else pictures)[place.id].append(place)
        return records, pictures
