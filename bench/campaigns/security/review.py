"""Probes of the review's server: others on the machine, and pages of other sites."""

import json
import random
from pathlib import Path
from urllib.parse import urlsplit

from bench.campaigns.security import faults
from bench.campaigns.security.faults import Tally
from bench.campaigns.security.oddities import TRAVERSALS
from bench.campaigns.security.site import ask
from chalicelib.learning.serving import ServedHeads
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.recognition.registry import ModelRegistry
from chalicelib.stores.directory import DirectoryStore
from export.command import MODELS_FOLDER
from export.review.addresses import JSON, Addresses
from export.review.queue import Queue
from export.review.server import serving
from export.review.session import Review

DECISION = json.dumps(
    {"ids": ["0" * 32], "decision": "accept", "label": None, "step": "1"}
).encode()


def review_of(folder: Path) -> Review:
    """Return a review of an empty store."""
    store, registry = DirectoryStore(folder), ModelRegistry.load(MODELS_FOLDER)
    shelf = FeedbackShelf(store)
    heads = ServedHeads(registry, lambda: store)
    return Review(shelf, Queue(shelf, registry, lambda _done, _total: None, heads), "campaign")


def probe_review(rng: random.Random, count: int, tally: Tally, folder: Path) -> None:
    """Send requests as others would; only its own page's may be answered."""
    with serving(Addresses(review_of(folder), "here")) as url:
        for _ in range(count):
            _probe(rng, url, tally)


def _probe(rng: random.Random, url: str, tally: Tally) -> None:
    """Send one decision that is right but for one thing, and one address that is none."""
    parts = urlsplit(url)
    base, here = f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{parts.netloc}"
    given = {"Host": parts.netloc, "Origin": here, "Content-Type": JSON}
    path = f"{parts.path}decisions"
    own = ask(base, "POST", path, DECISION, given)
    if own.status != 200:
        tally.note(faults.BROKEN, f"the review's own page is answered {own.status}")
    wrong, wrong_path = _wrong(rng, given, parts.path, parts.port or 0)
    other = ask(base, "POST", wrong_path, DECISION, wrong)
    if other.status < 400:
        tally.note(faults.REVIEW, f"{wrong} {len(wrong_path)} is answered {other.status}")
    name = rng.choice(TRAVERSALS)
    led = ask(base, "GET", parts.path + name, headers={"Host": parts.netloc})
    if led.status < 400:
        tally.note(faults.PLACES, f"the review: {name} is answered {led.status}")
    for answer in (own, other, led):
        for header in faults.missing_in_review(answer):
            tally.note(faults.HEADERS, f"the review: {answer.status}: {header}")


def _wrong(
    rng: random.Random, given: dict[str, str], path: str, port: int
) -> tuple[dict[str, str], str]:
    """Return headers and path with one thing wrong."""
    secret = path.strip("/")
    other = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    host, there = rng.choice(("evil.example", f"evil.example:{port}", "127.0.0.1", "[::1]", "")), ""
    there = rng.choice(
        ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}", "", "http://")
    )
    return rng.choice(
        (
            (given | {"Host": host, "Origin": f"http://{host}"}, f"{path}decisions"),
            (given | {"Origin": there}, f"{path}decisions"),
            ({k: v for k, v in given.items() if k != "Origin"}, f"{path}decisions"),
            (given | {"Content-Type": "text/plain"}, f"{path}decisions"),
            (given, f"/{other}/decisions"),
            (given, f"/{secret[:-1]}/decisions"),
            (given, "/decisions"),
        )
    )
