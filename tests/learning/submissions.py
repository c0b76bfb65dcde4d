"""Submissions for the tests, and what a store must hold for each."""

import hashlib
import json
from typing import Any

from chalicelib.learning.keys import CLOCK_KEY, ROOT, WITHDRAWN, FeedbackPlace
from chalicelib.learning.records import Submission
from chalicelib.stores.store import Store


def make_submission(
    number: int = 0, *, key: str | None = None, label: str | None = "7", size_bytes: int = 900
) -> Submission:
    """Return a submission that differs from that of every other number."""
    body = f"{number} {label}".encode()
    return Submission(
        picture_png=b"\x89PNG\r\n\x1a\n" + body.ljust(size_bytes, b"."),
        strokes=[[[1.0, 2.5], [3.0, float(number)]]],
        label=label,
        predicted={"label": "1", "probability": 0.75, "model": "cnn", "version": "5f0c2a91"},
        model="cnn",
        version="5f0c2a91",
        normalisation="1",
        body_sha256=hashlib.sha256(body).hexdigest(),
        idempotency_key=key,
    )


def stored(store: Store) -> dict[str, bytes]:
    """Return everything in the store by its key, but for tombstones and the note of the clock."""
    keys = [listed.key for listed in store.list() if not listed.key.startswith(WITHDRAWN)]
    blobs = {key: store.get(key) for key in keys if key != CLOCK_KEY}
    return {key: blob.data for key, blob in blobs.items() if blob is not None}


def records(contents: dict[str, bytes]) -> list[dict[str, Any]]:
    """Return the records among what is stored, each of which must be whole and have its picture."""
    found = []
    for key, data in contents.items():
        if key.endswith(".json") and not key.startswith(f"{ROOT}/idempotency/"):
            place = FeedbackPlace.parse(key)
            assert place is not None, key
            assert place.picture_key in contents, f"{key} has no picture"
            record = json.loads(data)
            assert record["id"] == place.id
            found.append(record)
    return found
