"""One drawing under review, and what is known of it in words."""

from dataclasses import dataclass

from chalicelib.learning.filed import Card
from chalicelib.learning.keys import FeedbackStatus
from chalicelib.learning.triage import RULES, Advice
from chalicelib.recognition.drawing import Picture
from export.review.answers import Answer

SENTENCES = {  # by the reasons of the rules, and of people
    "models_agree": "Every model says what the sender says, and is sure of it.",
    "blank": "It shows nothing.",
    "duplicate": "The same drawing has come too often.",
    "not_a_digit": "Every model is certain that it is no digit.",
    "returned": "A person put it back.",
    "contradicted": "The same drawing was claimed to be something else as well.",
    "repeated": "The same drawing has come before.",
    "near_duplicate": "Drawings that are nearly the same are accepted already.",
    "source_cap": "Enough was accepted from that site on that day.",
    "class_cap": "Enough of that label was accepted on that day.",
    "disputed": "A model says something else than the sender.",
    "unsure": "A model is not sure enough of what the sender says.",
    "reviewed": "A person decided it.",
    "undone": "A person took a decision back.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One drawing under review.

    picture: array of shape (28, 28), float32 in [0, 1], what the models see.
    advice: the rules', None for what is accepted or rejected already.
    rank: where it stands in the line, the most useful first.
    cluster: names those that look alike and claim the same, None where it is alone.
    """

    card: Card
    picture: Picture
    answers: tuple[Answer, ...]
    advice: Advice | None
    cluster: str | None
    rank: int

    @property
    def id(self) -> str:
        """The feedback's id, the same wherever it lies."""
        return self.card.place.id

    @property
    def status(self) -> FeedbackStatus:
        """Where it lies."""
        return self.card.place.status

    @property
    def why(self) -> str:
        """The word of what the rules find, or of what decided it."""
        verdict = self.card.verdict
        if verdict and (self.advice is None or self.status is not FeedbackStatus.QUARANTINE):
            return verdict.reason
        return self.advice.reason if self.advice else "returned"

    @property
    def advised(self) -> FeedbackStatus | None:
        """Where the rules would move it; None: they leave it, as all that a person decided."""
        verdict = self.card.verdict
        if self.advice is None or self.advice.status is self.status:
            return None
        decided = self.status is not FeedbackStatus.QUARANTINE or (verdict and verdict.by != RULES)
        return None if decided else self.advice.status

    @property
    def sentence(self) -> str:
        """Why it waits, or why it does not, as a sentence."""
        return SENTENCES.get(self.why, self.why.replace("_", " ").capitalize() + ".")

    @property
    def facts(self) -> tuple[str, ...]:
        """What else is known of it, in short sentences."""
        card = self.card
        facts = [f"Sent on {card.place.day}" + (f" from {card.source}." if card.source else ".")]
        if card.predicted:
            facts.append(f"{card.predicted['model']} had answered {card.predicted['label']}.")
        if verdict := card.verdict:
            became = f" as {verdict.label or 'not a digit'}" if verdict.status == "accepted" else ""
            facts.append(
                f"{verdict.status.capitalize()}{became} by {verdict.by}, {verdict.time[:10]}."
            )
        return tuple(map(printable, facts))


def printable(text: str) -> str:
    """Return what somebody sent as text that a terminal shows and does not obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
