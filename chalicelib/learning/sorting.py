"""The rules of triage carried out: what they are sure of leaves the quarantine."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import ceil

from chalicelib.errors import NotFound
from chalicelib.learning.evidence import gather
from chalicelib.learning.keys import FeedbackPlace, FeedbackStatus
from chalicelib.learning.lessons import Progress
from chalicelib.learning.shelf import FeedbackShelf
from chalicelib.learning.triage import RULES, triage
from chalicelib.recognition.registry import ModelRegistry

MOST_AT_ONCE = 2_000  # in quarantine: half of them the newest, half of them older ones in turn
MOST_COMPARED = 2_000  # of what is accepted, the newest


def sort_quarantine(
    shelf: FeedbackShelf, registry: ModelRegistry, progress: Progress, today: date
) -> dict[str, int]:
    """Accept and reject what the rules are sure of; return how many moved or stayed, by reason.

    A kill in between leaves the rest for the next round. Raises UnusableModel,
    StorageUnavailable.
    """
    waiting = whose_turn(shelf.places(FeedbackStatus.QUARANTINE), today)
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
        card = evidence.card
        try:
            filed = shelf.fetch(card)
            shelf.judge(filed, advice.status, label=card.label, by=RULES, reason=advice.reason)
        except NotFound:  # withdrawn, or judged by a person, meanwhile: theirs counts
            continue
    return dict(sorted(moved.items()))


def whose_turn(places: Sequence[FeedbackPlace], today: date) -> list[FeedbackPlace]:
    """Return what is looked at today, of places that begin with the oldest.

    What waits for a person may wait long, and there may be much of it: it must not keep what is
    new from the rules, nor may a flood of new feedback keep them from what came before it.
    """
    half = MOST_AT_ONCE // 2
    older, newest = places[:-half], places[-half:]
    turns = max(1, ceil(len(older) / half))
    start = today.toordinal() % turns * half
    return [*older[start : start + half], *newest]
