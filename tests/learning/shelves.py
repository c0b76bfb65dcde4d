"""What tests of the shelf do to its feedback."""

from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.shelf import FeedbackShelf, Filed

QUARANTINE, ACCEPTED, REJECTED = FeedbackStatus
MOVE_STEPS = 7


def only(shelf: FeedbackShelf, status: FeedbackStatus = QUARANTINE) -> Filed:
    (place,) = shelf.places(status)
    filed = shelf.read(place)
    assert filed is not None
    return filed


def judge(shelf: FeedbackShelf, filed: Filed, status: FeedbackStatus = ACCEPTED) -> Filed:
    return shelf.judge(filed, status, label=filed.label, by="ann", reason="reviewed")


def counts(shelf: FeedbackShelf) -> list[int]:
    return [len(shelf.places(status)) for status in FeedbackStatus]
