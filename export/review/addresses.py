"""What the review's page asks for, answered from the review: JSON in, JSON out, no sockets."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.learning.keys import FeedbackStatus
from chalicelib.recognition.png import encode_picture
from export.errors import InvalidReviewRequest
from export.review.items import Item
from export.review.portraits import PNG, portrait
from export.review.session import Decision, Review

JSON = "application/json"
MOST_IDS = 1000  # of one request
UNDO_AT_ONCE = 50  # drawings: an undo of thousands is asked for in parts, and shows its progress

Content = tuple[str, bytes]
Body = Mapping[str, Any]


class Addresses:
    """Everything below the secret part of the page's address, but the files of the page."""

    def __init__(self, review: Review, place: str) -> None:
        self._review = review
        self._place = place
        self._posts: dict[str, Callable[[Body], object]] = {
            "decisions": self._decide,
            "undo": self._undo,
            "refresh": self._refresh,
        }

    def get(self, address: str, query: Mapping[str, str]) -> Content | None:
        """Answer a GET, None where there is nothing. Raises InvalidReviewRequest."""
        folder, _, name = address.partition("/")
        if address == "items":
            return _json(self._items(_status(query.get("status"))))
        item = self._review.queue.get(name)
        if item is None:
            return None
        if folder == "drawings":
            return portrait(self._review.drawing(item))
        return (PNG, encode_picture(item.picture)) if folder == "pictures" else None

    def post(self, address: str, body: bytes) -> Content | None:
        """Answer a POST, None where there is nothing. Raises InvalidReviewRequest."""
        deed = self._posts.get(address)
        return None if deed is None else _json(deed(_parsed(body)))

    def _items(self, status: FeedbackStatus) -> object:
        items = self._review.queue.of(status)
        whys = {item.why: item.sentence for item in items}
        return {
            "items": [_item_json(item) for item in items],
            "why": sorted(whys.items(), key=lambda pair: pair[1]),
            "labels": [*self._review.queue.labels, None],
            "by": self._review.by,
            "place": self._place,
            **self._state(),
        }

    def _decide(self, body: Body) -> object:
        ids, decision, label, step = (
            body.get(name) for name in ("ids", "decision", "label", "step")
        )
        if decision not in list(Decision) or not isinstance(step, str):
            raise InvalidReviewRequest("A decision or its step has no name.")
        if label not in (*self._review.queue.labels, None):
            raise InvalidReviewRequest(f"{label!r} is no label.")
        outcome = self._review.decide(_ids(ids), Decision(decision), label, step)
        return {
            "moved": [item.id for item in outcome.moved],
            "gone": outcome.gone,
            "left": outcome.left,
            "trouble": outcome.trouble,
            **self._state(),
        }

    def _undo(self, _: Body) -> object:
        steps = self._review.undoable
        outcome = self._review.undo(UNDO_AT_ONCE)
        return {
            "items": [_item_json(item) for item in outcome.moved],
            "gone": len(outcome.gone),
            "trouble": outcome.trouble,
            "more": not outcome.trouble and 0 < steps == self._review.undoable,
            **self._state(),
        }

    def _refresh(self, _: Body) -> object:
        return {"new": self._review.refresh()}

    def _state(self) -> dict[str, object]:
        return {"counts": self._review.queue.counts, "undo": self._review.undoable > 0}


def _item_json(item: Item) -> dict[str, object]:
    card = item.card
    return {
        "id": item.id,
        "rank": item.rank,
        "status": item.status,
        "claimed": card.claimed,
        "label": card.label,
        "why": item.why,
        "sentence": item.sentence,
        "advice": item.advised,
        "cluster": item.cluster,
        "facts": list(item.facts),
        "answers": [
            {
                "model": answer.model,
                "version": answer.version,
                "said": answer.said,
                "agrees": answer.said == card.label,
                "candidates": [
                    {"label": guess.label, "probability": round(guess.probability, 4)}
                    for guess in answer.guesses
                ],
            }
            for answer in item.answers
        ],
    }


def _status(name: str | None) -> FeedbackStatus:
    try:
        return FeedbackStatus(name or FeedbackStatus.QUARANTINE)
    except ValueError:
        raise InvalidReviewRequest(f"{name!r} is no status.") from None


def _parsed(body: bytes) -> Body:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise InvalidReviewRequest("The body is no JSON object.")
    return content


def _ids(ids: object) -> Iterable[str]:
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS:
        raise InvalidReviewRequest(f"ids must be a list of 1 to {MOST_IDS}.")
    if not all(isinstance(id_, str) for id_ in ids):
        raise InvalidReviewRequest("ids must be text.")
    return ids


def _json(content: object) -> Content:
    return JSON, json.dumps(content, separators=(",", ":")).encode()
