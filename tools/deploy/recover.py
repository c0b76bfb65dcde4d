"""`make recover`: brings back what was deleted from, or overwritten in, a stage's feedback bucket.

The bucket keeps earlier versions: of what was learnt for thirty days, of feedback for one. What a
sender has withdrawn is never brought back, nor feedback that lies elsewhere by now.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Self

from botocore.client import BaseClient

from chalicelib.learning.keys import ROOT, FeedbackPlace, withdrawn_id
from chalicelib.learning.withdrawal import places_of
from tools.deploy.aws import Account
from tools.deploy.buckets import is_ours
from tools.deploy.errors import NothingToRecover
from tools.deploy.stage import Stage

FOLDER = "/"
BACK = "came back"


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of one key, the newest first; some are markers that say it was deleted."""

    key: str
    all: tuple[dict[str, Any], ...]

    @property
    def is_there(self) -> bool:
        """Whether the key holds anything now."""
        return not _is_marker(self.all[0])

    def at(self, moment: datetime | None) -> dict[str, Any] | None:
        """Return what the key held then, None where nothing; without a moment, the last it held."""
        if moment is None:
            return next((each for each in self.all if not _is_marker(each)), None)
        found = next((each for each in self.all if each["LastModified"] <= moment), None)
        return None if found is None or _is_marker(found) else found


def recover(account: Account, stage: Stage, key: str, moment: datetime | None) -> int:
    """Bring back a key, or all that is gone below a folder; return how many objects came back.

    key: of one object, or a folder that ends with a slash. moment: as of when; None for what was
    there last. One object comes back as it was then also where it was overwritten since; in a
    folder only what is gone does. Raises NothingToRecover.
    """
    bucket = stage.feedback_bucket(account)
    if not is_ours(account, bucket):
        raise NothingToRecover(key, f"there is no bucket {bucket}")
    s3 = account.client("s3")
    whole = key.endswith(FOLDER)
    wanted = [each for each in _versions(s3, bucket, key) if whole or each.key == key]
    if not wanted:
        raise NothingToRecover(key, f"{bucket} holds no version of it")
    feedback = _Feedback.of(s3, bucket) if any(map(_place_of, wanted)) else _Feedback()
    outcomes: Counter[str] = Counter()
    for found in wanted:
        version = found.at(moment)
        if version is None or (found.is_there and (whole or version is found.all[0])):
            continue
        if reason := feedback.reason_against(_place_of(found)):
            outcomes[reason] += 1
            continue
        _put_back(s3, bucket, key=found.key, version=version["VersionId"])
        print(f"  {found.key} as of {version['LastModified']:%Y-%m-%d %H:%M:%S} UTC", flush=True)
        outcomes[BACK] += 1
    for outcome, count in outcomes.items():
        print(f"{count} {outcome}.")
    return outcomes[BACK]


@dataclass(frozen=True, slots=True)
class _Feedback:
    """The feedback that there is: ids of what was withdrawn, and the keys of all records."""

    withdrawn: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    @classmethod
    def of(cls, s3: BaseClient, bucket: str) -> Self:
        found = list(_versions(s3, bucket, f"{ROOT}/"))
        return cls(
            frozenset(name for each in found if (name := withdrawn_id(each.key))),
            frozenset(each.key for each in found if each.is_there),
        )

    def reason_against(self, place: FeedbackPlace | None) -> str | None:
        """Return why feedback is not put back; None where it is, or is no feedback."""
        if place is None:
            return None
        if place.id in self.withdrawn:  # also where the tombstone was deleted since
            return "stay away, for their senders have withdrawn them"
        others = (each for each in places_of(place.day, place.id) if each != place)
        if any(each.record_key in self.records for each in others):
            return "stay away, for they lie under another status by now"
        return None


def _place_of(found: Versions) -> FeedbackPlace | None:
    return FeedbackPlace.parse(found.key)


def _put_back(s3: BaseClient, bucket: str, *, key: str, version: str) -> None:
    source = {"Bucket": bucket, "Key": key, "VersionId": version}
    s3.copy_object(Bucket=bucket, Key=key, CopySource=source)


def _versions(s3: BaseClient, bucket: str, prefix: str) -> Iterator[Versions]:
    """Yield the keys that begin so, each with all its versions, by key."""
    listed: list[dict[str, Any]] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        listed += page.get("Versions", [])
        listed += [each | {"Marker": True} for each in page.get("DeleteMarkers", [])]
    listed.sort(key=lambda each: (each["LastModified"], each["IsLatest"]), reverse=True)
    listed.sort(key=lambda each: str(each["Key"]))
    for key, versions in groupby(listed, key=lambda each: str(each["Key"])):
        yield Versions(key, tuple(versions))


def _is_marker(version: dict[str, Any]) -> bool:
    return bool(version.get("Marker"))
