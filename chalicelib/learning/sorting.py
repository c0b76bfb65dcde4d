"""The rules of triage carried out: what they are sure of leaves the quarantine."""

from collections import Counter

from chalicelib.errors import NotFound
from chalicelib.learning.evidence import gather
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.lessons import Progress
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.triage import RULES, triage
from chalicelib.recognition.registry import ModelRegistry

MOST_AT_ONCE = 2_000  # in quarantine, the oldest first; the next round takes the next
MOST_COMPARED = 2_000  # of what is accepted, the newest


def sort_quarantine(
    shelf: FeedbackShelf, registry: ModelRegistry, progress: Progress
) -> dict[str, int]:
    """Accept and reject what the rules are sure of; return how many moved or stayed, by reason.

    A kill in between leaves the rest for the next round. Raises UnusableModel,
    StorageUnavailable.
    """
    waiting = shelf.places(FeedbackStatus.QUARANTINE)[:MOST_AT_ONCE]
    if not waiting:
        return {}
    places = shelf.places(FeedbackStatus.ACCEPTED)[-MOST_COMPARED:]
    accepted = list(gather(shelf.read_all(places), registry))
    quarantine = list(gather(shelf.read_all(waiting), registry))
    moved: Counter[str] = Counter()
    for number, (evidence, advice) in enumerate(
        zip(quarantine, triage(quarantine, accepted), strict=True), 1
    ):
        progress("sorting", number, len(quarantine))
        moved[f"{advice.status}:{advice.reason}"] += 1
        if advice.status is FeedbackStatus.QUARANTINE:
            continue
        filed = evidence.filed
        try:
            shelf.judge(filed, advice.status, label=filed.label, by=RULES, reason=advice.reason)
        except NotFound:  # withdrawn, or judged by a person, meanwhile: theirs counts
            continue
    return dict(sorted(moved.items()))
