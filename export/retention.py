"""Remove feedback that is older than it may be kept, and what was broken off.

    python -m export.retention sweep [--store feedback] [--days 400] [--dry-run] [--trust-clock]

Every status is gone through, with claims and tombstones. Interrupted, the same command goes on.
Where the clock has leapt since the last sweep nothing goes, unless somebody says that it is right.
"""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from chalicelib.config import settings_from
from chalicelib.errors import ClockLeapt
from chalicelib.learning.feedback import FeedbackBook
from chalicelib.learning.keys import FeedbackPlace
from chalicelib.learning.retention import RETENTION_DAYS, expired_keys
from chalicelib.learning.store_clock import ClockNote
from chalicelib.stores.store import Store
from export.command import positive, run_command
from export.store_options import open_existing

PROGRESS_EVERY = 50  # keys


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m export.retention", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=["sweep"])
    parser.add_argument("--store", help="a directory or s3://bucket/prefix (INKLING_FEEDBACK)")
    parser.add_argument(
        "--days",
        type=positive,
        default=RETENTION_DAYS,
        help="keep what is no older than this (default: %(default)s)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    parser.add_argument("--trust-clock", action="store_true", help="it is right, though it leapt")
    arguments = parser.parse_args()
    store = open_existing(arguments.store or settings_from(os.environ).feedback)
    now = datetime.now(UTC)
    clock = ClockNote.trusted(now) if arguments.trust_clock else ClockNote.at(store, now)
    if not clock.is_trusted:
        raise ClockLeapt(clock.since)
    if not arguments.dry_run:
        clock.keep(store)
    sweep(store, now, arguments.days, dry_run=arguments.dry_run)


def sweep(store: Store, now: datetime, days: int, *, dry_run: bool) -> None:
    """Remove, or count, what is older than that many days; then what was broken off."""
    counts: Counter[str] = Counter()
    for number, key in enumerate(expired_keys(store, now, days), 1):
        if not dry_run:
            store.delete(key)
        counts[_kind(key)] += 1
        if number % PROGRESS_EVERY == 0 and sys.stderr.isatty():
            print(f"\r{number} keys", end="\r", file=sys.stderr, flush=True)
    verb = "would be removed" if dry_run else "removed"
    print(
        f"Older than {days} days, {verb}: {counts['record']} pieces of feedback, "
        f"{counts['picture']} pictures, {counts['other']} claims and tombstones"
    )
    if not dry_run:
        swept = FeedbackBook(store).sweep()
        print(
            f"Broken off: {swept.moves} moves completed, "
            f"{swept.pictures + swept.temporaries} leftovers removed"
        )


def _kind(key: str) -> str:
    place = FeedbackPlace.parse(key)
    if place is None:
        return "other"
    return "record" if key == place.record_key else "picture"


if __name__ == "__main__":
    run_command(main, "interrupted; the same command goes on")
