"""Fetch accepted feedback from a store and make a version of the dataset of it."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.errors import DamagedFeedback
from chalicelib.learning.filed import Filed, read_filed
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus, status_prefix
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.stores.store import Store
from export.errors import MissingData
from export.feedback.dataset import DRAWINGS, Dataset, Item
from export.feedback.folder import Forgotten, PullFolder, open_folder
from export.progress import show_progress

# A bucket's times are whole seconds: what was written just now may be written again at that time.
SETTLED_AGE = timedelta(seconds=2)
READERS = 16  # threads: a bucket makes each of them wait, for two objects a drawing


@dataclass(frozen=True, slots=True)
class Gone:
    """A drawing of the version before that this one has not. withdrawn: else judged otherwise."""

    id: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull made, and what it did on the way.

    fetched: how many drawings came from the store, the others were there. left_out: what is
    damaged. gone: since the version before. forgotten: versions with what left the store.
    """

    dataset: Dataset
    fetched: int
    left_out: tuple[DamagedFeedback, ...]
    gone: tuple[Gone, ...]
    forgotten: tuple[Forgotten, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What of a store is accepted, by the time of each record, and the ids of all it holds."""

    records: dict[FeedbackPlace, datetime]
    present: frozenset[str]

    @classmethod
    def of(cls, store: Store, shelf: FeedbackShelf) -> "Accepted":
        """List a store."""
        status = FeedbackStatus.ACCEPTED
        modified = {listed.key: listed.modified for listed in store.list(status_prefix(status))}
        places = {status: shelf.places(status) for status in FeedbackStatus}
        found = (place for place in places[status] if place.record_key in modified)
        return cls(
            {place: modified[place.record_key] for place in found},
            frozenset(place.id for some in places.values() for place in some),
        )


def pull(
    store: Store,
    origin: str,
    out: Path,
    *,
    keep_versions: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Pulled:
    """Make a version of the dataset of all that is accepted now.

    Stopped at any moment, the same call goes on; `origin` names the store.

    Raises
    ------
    MissingData
        Nothing is accepted.
    DamagedData
        An earlier version's manifest is damaged, so that nobody can tell what it holds.
    UnusablePull, StorageUnavailable
    """
    shelf = FeedbackShelf(store)
    with open_folder(out, origin) as folder:
        accepted = Accepted.of(store, shelf)
        before = folder.versions[:1]
        forgotten = folder.forget(accepted.present, keep_versions=keep_versions)
        settled = now() - SETTLED_AGE
        items, left_out, fetched = _gather(store, folder, accepted, settled)
        withdrawn = shelf.withdrawn()  # somebody may have taken a drawing back meanwhile
        items = [item for item in items if item.id not in withdrawn]
        if not items:
            raise MissingData(f"{origin} holds no accepted feedback; review some first")
        dataset = folder.complete(items)
    known = {item.id for item in items}
    gone = [item.id for version in before for item in version.items if item.id not in known]
    return Pulled(
        dataset,
        fetched,
        tuple(left_out),
        tuple(Gone(name, name in withdrawn or name not in accepted.present) for name in gone),
        tuple(forgotten),
    )


def _gather(
    store: Store, folder: PullFolder, accepted: Accepted, settled: datetime
) -> tuple[list[Item], list[DamagedFeedback], int]:
    """Return the items of all that is accepted, what is damaged, and how many were fetched.

    settled: what was written after it is fetched again the next time.
    """
    versions = folder.versions
    items, absent = [], []
    for place, modified in accepted.records.items():
        item = folder.fetched.find(place.id, modified)
        if item and folder.holds(item, versions):
            items.append(item)
        else:
            absent.append(place)
    left_out: list[DamagedFeedback] = []
    for done, (place, found) in enumerate(_fetch(store, folder, absent), 1):
        show_progress("fetching", done, len(absent))
        if isinstance(found, Item):
            if accepted.records[place] <= settled:
                folder.fetched.add(found, accepted.records[place])
            items.append(found)
        elif found:
            left_out.append(found)
    return items, sorted(left_out, key=str), len(items) - (len(accepted.records) - len(absent))


def _fetch(
    store: Store, folder: PullFolder, places: Sequence[FeedbackPlace]
) -> Iterator[tuple[FeedbackPlace, Item | DamagedFeedback | None]]:
    """Yield each place with its item, as they come; None where it has gone meanwhile."""
    pool = ThreadPoolExecutor(READERS)
    try:
        futures = {pool.submit(_fetch_one, store, folder, place): place for place in places}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch_one(
    store: Store, folder: PullFolder, place: FeedbackPlace
) -> Item | DamagedFeedback | None:
    try:
        filed = read_filed(store, place)
    except DamagedFeedback as error:
        return error
    if filed is None:
        return None
    item, content = _item_of(filed)
    folder.put(item, content)
    return item


def _item_of(filed: Filed) -> tuple[Item, bytes]:
    """Return what a dataset keeps of feedback: neither receipt nor what was answered."""
    record = filed.record
    if record.strokes is None:
        content, kind = filed.picture_png, "png"
    else:
        content, kind = json.dumps(record.strokes, separators=(",", ":")).encode(), "json"
    item = Item(
        id=record.id,
        label=filed.label,
        file=f"{DRAWINGS}/{record.id}.{kind}",
        sha256=hashlib.sha256(content).hexdigest(),
        source=record.source,
        day=filed.place.day.isoformat(),
    )
    return item, content
